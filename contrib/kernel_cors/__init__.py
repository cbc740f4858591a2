"""Cross-origin resource sharing: let pages of other origins call this project (Fetch standard §3.2).

[plugins]
active = standard, cors
[cors]
allow_origins = https://shop.example
"""
