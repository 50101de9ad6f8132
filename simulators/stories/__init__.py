"""The stories, in the order a newcomer should read them: the seven of the first release, then the edges."""

from simulators.stories import (
    after_hours,
    approved_holiday,
    depot_shuffle,
    emergency_first,
    holiday,
    into_holiday,
    late_upload,
    makeup_workday,
    night_no_order,
    no_order,
    off_route,
    ordinary_trip,
    rest_monday,
    road_works,
    tunnel_gap,
)
from simulators.story import Story

STORIES: tuple[Story, ...] = (
    ordinary_trip.STORY,
    no_order.STORY,
    after_hours.STORY,
    holiday.STORY,
    makeup_workday.STORY,
    off_route.STORY,
    tunnel_gap.STORY,
    night_no_order.STORY,
    into_holiday.STORY,
    late_upload.STORY,
    depot_shuffle.STORY,
    road_works.STORY,
    rest_monday.STORY,
    approved_holiday.STORY,
    emergency_first.STORY,
)
