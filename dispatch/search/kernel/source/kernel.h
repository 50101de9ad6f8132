/* Ruin and recreate over plain arrays: what dispatch.search does in Python, fast enough for a plan in a second.
 *
 * The same rules as tour.py, offer.py, limits.py and timing.py, which stay the judges: whatever is found here is timed
 * again there before anybody sees it. Clocks are seconds in 64 bits, places rows of the tables, prices doubles. */
#ifndef DAYLIGHT_KERNEL_H
#define DAYLIGHT_KERNEL_H

#include <stdint.h>

typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint64_t u64;

#define EVER (1LL << 61)
#define NONE INT64_MIN
#define NOWHERE (-1)
#define INFINITE 1e300
#define ANOTHER_VEHICLE 1e12
#define MOST_BREAKS 8

enum { JOB, PICKUP, DELIVERY };

/* The first eight are filled in by tables.py: the order and the sizes of their fields are known there. */
typedef struct { i64 start, end; } window;
typedef struct { i64 setup, service; i32 request, kind, place, windows, window_count, unused; } task;
typedef struct { i64 longest_ride, worth; i32 first, last, exclusive, group; } request;
typedef struct { i64 service; i32 windows, window_count; } rest;
typedef struct {
    double per_second, per_price, per_worked, fixed;
    i64 from, until, longest_travel, longest_distance, longest_duty;
    i32 start, end, seconds, prices, metres, rests, rest_count, most_tasks, alike, unused;
} vehicle;
typedef struct {
    i32 places, vehicles, requests, tasks, loads, by_vehicles;
    const i32 *const *whole_tables;   /* seconds and metres */
    const double *const *price_tables;
    const window *windows;
    const task *tasks_of;
    const request *requests_of;
    const rest *rests;
    const vehicle *fleet;
    const i32 *amounts, *delivered, *collected; /* requests x loads */
    const i32 *capacities;                      /* vehicles x loads */
    const u8 *able;                             /* groups x vehicles */
} problem;

/* Node 0 is the start, node i the i-th stop, node count + 1 the end. Gap i lies between node i and node i + 1. */
typedef struct {
    i64 leave;           /* at the earliest */
    i64 late, late_same; /* may be reached until then, from another place and from the same one */
    i64 spare;           /* by how much rides over the gap behind it may still grow */
    double leg;          /* price of the gap behind it */
    i32 task, at;
    u8 closed, bare;     /* the gap behind it: somebody has the vehicle for himself; nobody and nothing is aboard */
} node;

typedef struct {
    i32 count, room, vehicle, has_rides, is_strict, is_limited;
    i64 version, travel, distance, busy; /* sums: driving, metres, driving and work */
    double price;
    node *nodes;                       /* count + 2 */
    i32 *load, *before, *after;        /* (count + 1) x loads: aboard when a node is left, the most so far, the most from here */
} route;

typedef struct { double extra; i32 first, last; } offer; /* gaps; first -1: no place */
typedef struct { double extra; i64 version; i32 first, last; } kept;
typedef struct { double key; i64 worth; i32 of; } turn; /* to sort by */

typedef struct {
    problem p;
    u64 random;
    i64 versions;
    route **routes;                                     /* by vehicle */
    i32 *driver;                                        /* by request: its vehicle, or -1 for who waits */
    i32 *waiting, *waits_at, waiting_count;             /* and where it stands there */
    i32 *used, *used_at, used_count;                    /* vehicles with stops */
    i32 *idle_of, classes;                              /* of vehicles that are all alike one that is idle, or -1 */
    double price;
    i64 left_out;                                       /* worth of who waits */
    i64 *misses;                                        /* by request: attempts that found no place for it */
    i32 most_used;                                      /* vehicles there may be in use */
    /* an attempt, and what it changed */
    route **before;                                     /* by vehicle */
    i32 *touched, touched_count, *kept_waiting, kept_waiting_count;
    double kept_price;
    i64 kept_left_out;
    i32 *gone, gone_count;                              /* requests to be placed */
    /* the best so far */
    i32 *best_lengths, *best_tasks, best_used;
    double best_price;
    i64 best_left_out;
    i64 steps, since, fruitless, round_from;
    double round_began;
    i32 fruitless_rounds;
    double warm, cold;
    int is_reducing;                                    /* looking for a plan with fewer vehicles */
    int is_bold;
    /* worked out once */
    kept *offers;                                       /* by request and vehicle; null where there are too many */
    i32 **near;                                         /* by request */
    i32 near_count;
    /* room to work in */
    route **spare_routes;
    i32 spare_count, *mark, marks, *line, *rides;
    double *bring, *least;
    i64 *begins, *floors, *legs, *works, *ways;
    u8 *closed;
    turn *turns;
} kernel;

static inline u64 next_random(kernel *k) {
    u64 z = (k->random += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}
static inline double chance(kernel *k) { return (double)(next_random(k) >> 11) * 0x1p-53; }
static inline i32 below(kernel *k, i32 n) { return (i32)(((next_random(k) >> 32) * (u64)n) >> 32); }

static inline i32 seconds(const kernel *k, const vehicle *v, i32 a, i32 b) {
    return k->p.whole_tables[v->seconds][(i64)a * k->p.places + b];
}
static inline i32 metres(const kernel *k, const vehicle *v, i32 a, i32 b) {
    return v->metres < 0 ? 0 : k->p.whole_tables[v->metres][(i64)a * k->p.places + b];
}
static inline double leg_price(const kernel *k, const vehicle *v, i32 a, i32 b) {
    double price = 0;
    if (a == NOWHERE || b == NOWHERE) return 0;
    if (v->per_second != 0) price = v->per_second * seconds(k, v, a, b);
    if (v->per_price != 0) price += v->per_price * k->p.price_tables[v->prices][(i64)a * k->p.places + b];
    return price;
}
static inline const vehicle *vehicle_of(const kernel *k, const route *r) { return &k->p.fleet[r->vehicle]; }

/* The first instant from `clock` on inside a window; NONE when they are over. */
static inline i64 opening(const window *w, i32 count, i64 clock) {
    if (!count) return clock;
    for (i32 i = 0; i < count; i++)
        if (clock <= w[i].end) return clock > w[i].start ? clock : w[i].start;
    return NONE;
}
/* The last instant up to the limit inside a window; -1 when there is none. */
static inline i64 latest(const window *w, i32 count, i64 limit) {
    if (!count) return limit;
    for (i32 i = count - 1; i >= 0; i--)
        if (w[i].start <= limit) return limit < w[i].end ? limit : w[i].end;
    return -1;
}

/* timing.c */
int can_be_timed(kernel *k, const vehicle *v, const i32 *tasks, i32 count);
/* route.c */
int refresh(kernel *k, route *r);
route *copy_of(kernel *k, const route *r, i32 extra);
void give_back(kernel *k, route *r);
/* offer.c */
offer find(kernel *k, const route *r, i32 wish, double below);
/* state.c */
void begin(kernel *k);
void undo(kernel *k);
void forget(kernel *k);
route *changing(kernel *k, i32 v);
int changed(kernel *k, i32 v, double price_before);
int take_out(kernel *k, i32 v, const i32 *wishes, i32 count);
int put_in(kernel *k, i32 v, i32 wish, offer place);
int put_route(kernel *k, i32 v, const i32 *tasks, i32 count);
void keep_best(kernel *k);
/* ruin.c */
int ruin(kernel *k);
int clear_route(kernel *k, i32 v);
const i32 *neighbours(kernel *k, i32 wish);
/* recreate.c */
int recreate(kernel *k, int is_calm);

#endif
