"""Figures to play with: one script for JupyterLab, where anywidget runs it, and for pages, and a still picture of each.

An element is a file ``NAME.js`` beside this one. A notebook keeps the picture, and in its metadata the name of the
element and its data, from which a page is made that needs neither kernel nor network.
"""
