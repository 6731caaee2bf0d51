"""Health, the OpenAPI document, and the documentation page made from it."""

from flask import Response, current_app, render_template
from sqlalchemy import text

from app.accounts.sessions.guards import public
from app.api.openapi import openapi_document
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.http.schemas import BaseModel

system = APIBlueprint(
    "system", __name__, url_prefix="/api", tag="System", template_folder="templates"
)


class HealthOut(BaseModel):
    """The API and its database answer."""

    status: str


@system.get("/health")
@public
@system.output(HealthOut)
@system.doc(responses={503: "The database does not answer."})
def health() -> Response:
    """Tell whether the API and its database answer."""
    db.session.execute(text("SELECT 1"))
    return json_response({"status": "ok"})


@system.get("/openapi.json")
@public
@system.doc(responses={200: "The document."})
def openapi() -> Response:
    """Get this API's OpenAPI 3.1 document."""
    return json_response(openapi_document(current_app))


@system.get("/docs")
@public
@system.doc(hide=True)
def docs() -> str:
    """Show the documentation as a page that loads nothing from other hosts."""
    return render_template("docs.html", api=openapi_document(current_app))


@system.get("/docs.css")
@public
@system.doc(hide=True)
def docs_style() -> Response:
    """Style the documentation page: the policy allows no style inside the page."""
    return Response(render_template("docs.css"), mimetype="text/css")
