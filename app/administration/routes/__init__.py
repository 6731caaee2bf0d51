"""The routes of administration; for everybody else there is nothing at their addresses."""

from app.administration.routes.activity import site_activity
from app.administration.routes.invites import invites
from app.administration.routes.people import people

BLUEPRINTS = (people, invites, site_activity)
