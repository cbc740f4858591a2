"""${message[:1].upper()}${message[1:]}.

Revision ${up_revision} of app ${app}, after ${comma(down_revision) or "nothing"}.
Written ${f"{written:%Y-%m-%d %H:%M}"} UTC.
"""
% if imports:

${imports}
% endif

revision = ${literal(up_revision)}
down_revision = ${literal(down_revision)}
branch_labels = ${literal(branch_labels)}
depends_on = ${literal(depends_on)}


def upgrade() -> None:
    """Change the schema."""
${upgrades}


def downgrade() -> None:
    """Undo the change."""
${downgrades}
