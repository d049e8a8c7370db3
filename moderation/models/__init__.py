"""The small models that ship with the package, their cards, and the code that trains them."""
