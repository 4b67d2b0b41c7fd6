"""What several pages use: requests and their scope, lists, forms, charts."""
