"""The reports of SOP section E, and the quarterly report of D.8: Word, Excel and PDF."""
