"""Against the running server: `kernel run` in one terminal, in another

python -m unittest discover -t .. -s apps/hello/tests
"""

import os
import unittest

from kernel_testing import TestCase
from kernel_testing.http import Client

PORT = int(os.environ.get("MANUAL_PORT", "8000"))
NEW = {
    "first_name": "Jane",
    "last_name": "Doe",
    "username": "jane.doe",
    "email": "jane@example.org",
    "password": "Correct-Horse-7",
    "password_re": "Correct-Horse-7",
}


class UsersTestCase(TestCase):
    def setUp(self):
        self.client = Client("127.0.0.1", PORT, headers={"authorization": "Bearer secret"})

    def test_user_creation(self):
        with self.client as session:
            result = session.post("/users/editors", json=NEW)
            self.assertEqual((result.status, result.data["status"]), (201, "success"))
            detail = session.get(f"/users/{result.data['data']['id']}")
            self.assertEqual(detail.data["data"]["username"], "jane.doe")
            again = session.post("/users/editors", json=NEW)
            self.assertEqual(again.data["data"], {"username": ["Non unique value error"]})

    def test_bad_input_is_told_field_by_field(self):
        with self.client as session:
            result = session.post("/users/editors", json={"username": "_", "password": "abc", "password_re": "abd"})
            self.assertEqual((result.status, result.data["code"]), (400, 1002))
            self.assertEqual(sorted(result.data["data"]), ["first_name", "password", "password_re", "username"])


if __name__ == "__main__":
    unittest.main()
