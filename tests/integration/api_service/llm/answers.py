"""What an honest model says of the meeting of these tests."""

import json

from tests.integration.api_service.llm.openai_server import Asked, Reply, Script

HONEST = {
    "topics": [{"title": "The report", "ref": 1}],
    "key_points": [{"text": "The report goes to the customer on Friday.", "refs": [1]}],
    "decisions": [{"text": "The report is sent to the customer on Friday.", "refs": ["[1]"]}],
    "action_items": [{"text": "S1 prints the report.", "refs": "[2]", "who": "S1", "when": "tomorrow"}],
    "open_questions": [{"text": "Who is going to repair the printer?", "refs": [4]}],
}
DIGEST = {
    "title": "Report to the customer",
    "summary": [{"text": "The report goes to the customer on Friday, and S1 prints it.", "refs": [1, 3]}],
    "key_points": [{"text": "The report goes to the customer on Friday.", "refs": [1]}],
}


def says(notes: object, digest: object = DIGEST) -> Script:
    """A script for both questions."""

    def script(asked: Asked) -> Reply:
        return Reply(json.dumps(digest if "<notes>" in asked.messages[-1].content else notes))

    return script
