"""What holds for every page: colours, dialogs, forms, clicks."""
