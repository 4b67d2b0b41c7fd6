"""What a header's name may mean: the words of `words/` per language, and the rules that put them
together.
"""
