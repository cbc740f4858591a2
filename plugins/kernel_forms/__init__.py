"""Forms and uploads: `await request.form()`, urlencoded or multipart.

    form = await request.form()
    form["title"]   form.getlist("tag")   await form["photo"].save_to("media")

Text fields are in memory, files in memory while they are small and on disk when they are not;
nothing of them is left when the request ends.
"""

from kernel_forms.form import Form
from kernel_forms.upload import Upload

__all__ = ["Form", "Upload"]
