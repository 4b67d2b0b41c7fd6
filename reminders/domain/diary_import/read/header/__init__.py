"""What the columns of a file mean: by their names, their content and their neighbours, or a
question.

Leaves to `cells` what a value means. Its door is `columns.choose_columns`.
"""
