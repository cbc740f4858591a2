"""Sections of config.ini as typed objects, durations, sizes and secrets among their types."""

from kernel_settings.marks import Beyond as Beyond, Bounds as Bounds
from kernel_settings.masking import mask as mask, shown as shown
from kernel_settings.values import Count as Count, Duration as Duration, Secret as Secret, Size as Size
