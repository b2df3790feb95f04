"""A subscriber made of flask-websub, run by the Python of .ci/tools: ADDRESS PORT FOLDER.

Discovers the feed at ADDRESS, subscribes, prints what happens as one JSON object a line; a line on the
standard input makes it unsubscribe.
"""

import json
import sys
import threading
from pathlib import Path

from flask import Flask
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from werkzeug.serving import make_server

ADDRESS, PORT, FOLDER = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])


def tell(**facts: object) -> None:
    """Print one line."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


app = Flask(__name__)
app.config["SERVER_NAME"] = f"127.0.0.1:{PORT}"
subscriber = Subscriber(
    SQLite3SubscriberStorage(str(FOLDER / "subscriptions")),
    SQLite3TempSubscriberStorage(str(FOLDER / "temp")),
)
app.register_blueprint(subscriber.build_blueprint(url_prefix="/callbacks"))
subscriber.add_success_handler(lambda topic, callback_id, mode: tell(done=mode, topic=topic))
subscriber.add_error_handler(lambda topic, callback_id, why: tell(failed=why, topic=topic))
subscriber.add_listener(
    lambda topic, callback_id, body: tell(
        got=body.decode(), secret=bool(subscriber.storage[callback_id]["secret"])
    )
)
threading.Thread(target=make_server("127.0.0.1", PORT, app, threaded=True).serve_forever, daemon=True).start()
with app.app_context():
    found = discover(ADDRESS)
    tell(hub=found["hub_url"], topic=found["topic_url"])
    callback_id = subscriber.subscribe(**found)
    sys.stdin.readline()
    subscriber.unsubscribe(callback_id)
    sys.stdin.readline()
