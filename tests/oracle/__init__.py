"""A second opinion on every status, written from the SOP and the README alone."""
