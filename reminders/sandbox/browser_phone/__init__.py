"""The patients' side: a phone in the browser, with every conversation."""
