"""The SOP model behind Pantau SOP: what is owed, by when, and what is late.

The library never imports streamlit. Its imports run one way:

    indonesian, definition, calendar, units      the domain
    store, facts                                 what is kept
    importing, demo                              how records come in
    evaluation, national, region, lateness       what is asked
    exporting, cli                               how answers go out
"""
