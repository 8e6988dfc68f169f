"""Fitting what the program learned: the weights of its confidence."""
