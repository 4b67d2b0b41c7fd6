"""Mail to patients, caught: beside the phone in the browser, with its buttons, file and headers."""
