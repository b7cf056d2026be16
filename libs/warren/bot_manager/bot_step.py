"""The old import path of Step, so that step files written for the earlier bot manager run
unchanged.
"""

from warren.step.step import Step

__all__ = ["Step"]
