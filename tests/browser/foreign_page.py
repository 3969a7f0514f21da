"""A page that draws given texts as markdown and as labels, for test_foreign_text.py."""

import json
import os
from pathlib import Path

import streamlit as st

from pages.kit import words

texts = json.loads(Path(os.environ["PANTAU_TEXTS"]).read_text(encoding="utf-8"))
st.title("Uji")
st.markdown(words.bullets(texts))
for number, text in enumerate(texts[:120]):
    st.checkbox(words.text(text), key=f"k{number}")
for text in texts[:40]:
    st.markdown(words.say("Oleh **{}** pukul {}", text, text))
