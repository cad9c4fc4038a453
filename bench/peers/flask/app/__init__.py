from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from app.database import pool
from app.errors import handle_errors
from app.json_provider import PydanticJSONProvider
from app.songs import songs
from app.tasks import tasks


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.json = PydanticJSONProvider(app)
    app.register_blueprint(songs)
    app.register_blueprint(tasks)
    handle_errors(app)
    pool.open(wait=True)

    @app.get("/health")
    def get_health() -> ResponseReturnValue:
        return jsonify({"status": "ok"})

    return app
