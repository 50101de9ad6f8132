"""The configuration of Valhalla, the same for building tiles and for answering: where the tiles
are, what may be asked, and how large a question may be. Pure; `simulators.tiles` and the private
servers write it to a file.
"""

from pathlib import Path
from typing import Any

Json = dict[str, Any]

_ACTIONS = ("locate", "route", "sources_to_targets", "trace_route", "trace_attributes", "status")

# Valhalla insists on limits for every way of travelling it was compiled with, used or not.
_COSTINGS = (
    "auto", "auto_pedestrian", "bicycle", "bikeshare", "bus", "motor_scooter", "motorcycle",
    "multimodal", "pedestrian", "taxi", "transit", "truck",
)  # fmt: skip


def valhalla_config(tile_dir: Path, *, listen: str = "127.0.0.1:8002", socket_dir: Path | None = None) -> Json:
    """Everything valhalla_build_tiles and valhalla_service read, as one JSON document.

    `listen` is HOST:PORT. `socket_dir` (default: the tiles' own) only matters to a Valhalla
    started without --inproc-sockets (3.9 has it on by default).
    """
    sockets = socket_dir or tile_dir
    return {
        "logging": {"type": "std_err", "color": False},
        "mjolnir": {
            "tile_dir": str(tile_dir),
            "concurrency": 1,
            "id_table_size": 1_300_000,
            "max_cache_size": 200_000_000,
        },
        "additional_data": {},
        "loki": {
            "actions": list(_ACTIONS),
            "use_connectivity": True,
            "service_defaults": _search_defaults(),
            "service": {"proxy": f"ipc://{sockets}/loki"},
        },
        "thor": {"service": {"proxy": f"ipc://{sockets}/thor"}},
        "odin": {"service": {"proxy": f"ipc://{sockets}/odin"}},
        "meili": _map_matching(sockets),
        "httpd": {
            "service": {
                "listen": f"tcp://{listen}",
                "loopback": f"ipc://{sockets}/loopback",
                "interrupt": f"ipc://{sockets}/interrupt",
                "drain_seconds": 1,  # a stop takes drain + shutdown seconds
                "shutdown_seconds": 1,
                "timeout_seconds": 30,
            }
        },
        "service_limits": _limits(),
        "statsd": {},
    }


def _search_defaults() -> Json:
    """How far a point may be from its road."""
    return {
        "radius": 0,
        "minimum_reachability": 50,  # never start on a road that leads nowhere
        "search_cutoff": 5_000,  # further from any road than this is off the map
        "node_snap_tolerance": 5,
        "street_side_tolerance": 5,
        "street_side_max_distance": 1_000,
        "heading_tolerance": 60,
        "mvt_min_zoom_road_class": [7, 7, 8, 11, 11, 12, 13, 14],
        "mvt_cache_min_zoom": 11,
    }


def _map_matching(socket_dir: Path) -> Json:
    """Laying recorded fixes on roads (trace_attributes)."""
    return {
        "mode": "auto",
        "customizable": ["search_radius", "gps_accuracy"],
        "default": {
            "sigma_z": 4.07,
            "gps_accuracy": 5.0,
            "beta": 3,
            "max_route_distance_factor": 5,
            "max_route_time_factor": 5,
            "max_search_radius": 100,
            "breakage_distance": 2_000,
            "interpolation_distance": 10,
            "search_radius": 50,
            "geometry": False,
            "route": True,
            "turn_penalty_factor": 0,
        },
        "auto": {"turn_penalty_factor": 200, "search_radius": 50},
        "service": {"proxy": f"ipc://{socket_dir}/meili"},
        "grid": {"size": 500, "cache_size": 100_240},
    }


def _limits() -> Json:
    """Sized for one dispatch area: 500 vehicles x 500 stops in one matrix."""
    per_costing = {
        "max_distance": 1_000_000.0,
        "max_locations": 100,
        "max_matrix_distance": 400_000.0,
        "max_matrix_location_pairs": 250_000,
    }
    return {
        **dict.fromkeys(_COSTINGS, per_costing),
        "allow_hard_exclusions": False,
        "centroid": {"max_locations": 5, "max_distance": 200_000.0},
        "isochrone": {
            "max_contours": 4,
            "max_time_contour": 120,
            "max_distance": 25_000.0,
            "max_locations": 1,
            "max_distance_contour": 200,
        },
        "max_alternates": 3,
        "max_distance_disable_hierarchy_culling": 0,
        "max_exclude_locations": 50,
        "max_exclude_polygons_length": 10_000,
        "max_exclude_polygons_vertices": 100,
        "max_linear_cost_edges": 50_000,
        "max_radius": 1_000,
        "max_reachability": 100,
        "max_timedep_distance": 500_000,
        "max_timedep_distance_matrix": 0,
        "min_linear_cost_factor": 1,
        "skadi": {"max_shape": 1, "min_resample": 10.0},
        "status": {"allow_verbose": False},
        "trace": {
            "max_distance": 1_000_000.0,
            "max_gps_accuracy": 100.0,
            "max_search_radius": 100.0,
            "max_shape": 16_000,
            "max_alternates": 3,
            "max_alternates_shape": 100,
        },
    }
