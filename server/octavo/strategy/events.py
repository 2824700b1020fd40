"""What strategy announces."""

from octavo.kernel.events import Event


class ObjectiveChanged(Event, frozen=True, kw_only=True):
    """An objective was made, changed or archived."""

    objective_id: int


class CampaignChanged(Event, frozen=True, kw_only=True):
    """A campaign was made, changed or archived."""

    campaign_id: int
