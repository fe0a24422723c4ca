"""How good are predicted probabilities?"""
