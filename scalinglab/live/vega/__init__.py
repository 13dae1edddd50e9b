"""Vega, which draws the charts: in the browser, and beside the kernel for pictures that need none."""
