"""What a reply means, read to its last word: a closed grammar of each language, and the text it
answers.

Pure functions; `languages/` holds the words and the written rule. What is done about it is decided
above. The door is `interpret.read_answer`.
"""
