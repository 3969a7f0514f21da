"""What stands before every request: who may pass, what may be carried, what is answered.

routes.py   which kinds of address there are, and what each of them wants
people.py   who asks: a person who has signed in, a visitor to demo data, nobody
given.py    what was handed out to whom: files, buttons, places to upload to
stream.py   the websocket: watched while it is open, and only what a reader needs passes
uploads.py  how much may be brought
headers.py  what every answer carries
answers.py  the plain pages that say no
gate.py     the middleware that puts these together
"""
