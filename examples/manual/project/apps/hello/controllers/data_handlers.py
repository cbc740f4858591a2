"""What the handlers accept."""

from kernel_data import TYPE_URL_VAR, Data, String, filters as f, validators as v

from project.apps.hello.db.models import User


class UserCreationData(Data):
    group = String("group", required=True, processors=[v.In(["editors", "readers"])], field_type=TYPE_URL_VAR)
    first_name = String("first_name", required=True, processors=[v.NotNull(), v.Length(max=50), f.Escape()])
    last_name = String("last_name", processors=[v.Length(max=50), f.Escape()])
    email = String("email", processors=[v.EmailAddress()])
    username = String("username", required=True, processors=[v.UserNamePolicy(), v.Unique(model=User)])
    password = String("password", required=True, processors=[v.NotNull(), v.PasswordPolicy()])
    password_re = String("password_re", required=True, processors=[v.IsEqualToField("password")])


class UserFilterData(Data):
    id = String("id", required=True, processors=[v.Integer(), f.ToIntegerObject()], field_type=TYPE_URL_VAR)
