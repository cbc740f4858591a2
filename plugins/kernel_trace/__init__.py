"""How long everything takes that a request meets: each layer, hook, guard, binder, handler and encoder.

Section [trace]: `enabled`, `header`, `slow`. measured.py stands in for what is measured, recorder.py
keeps the time of nested calls apart, timings.py adds up, header.py words it for a browser.
"""

from kernel_trace.timings import Figures, Key, Timings

__all__ = ["Figures", "Key", "Timings"]
