/* Whether stops can be driven in this order in time: timing.py and breaks.py, rides, breaks and longest duty included. */
#include "kernel.h"

typedef struct {
    const vehicle *v;
    const i32 *tasks;
    i32 count, rides;
    i64 end, departure;
    i32 first_breaks; /* taken on the first leg */
} path;

static const i32 ORDERS2[2][2] = {{0, 1}, {1, 0}};
static const i32 ORDERS3[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

static void lay_out(kernel *k, path *way) {
    const vehicle *v = way->v;
    i32 at = v->start, rides = 0;
    for (i32 i = 0; i < way->count; i++) {
        const task *t = &k->p.tasks_of[way->tasks[i]];
        const request *q = &k->p.requests_of[t->request];
        k->legs[i] = at == NOWHERE ? 0 : seconds(k, v, at, t->place);
        k->works[i] = t->service + (at == t->place ? 0 : t->setup);
        k->closed[i] = (u8)(q->exclusive && t->kind == DELIVERY);
        at = t->place;
        if (q->longest_ride < EVER && t->kind == DELIVERY)
            for (i32 j = i - 1; j >= 0; j--)
                if (way->tasks[j] == q->first) {
                    k->rides[2 * rides] = j;
                    k->rides[2 * rides + 1] = i;
                    rides++;
                    break;
                }
    }
    k->legs[way->count] = v->end == NOWHERE || at == NOWHERE ? 0 : seconds(k, v, at, v->end);
    way->rides = rides;
}

static int plain(kernel *k, path *way) {
    i64 clock = way->v->from;
    for (i32 i = 0; i < way->count; i++) {
        const task *t = &k->p.tasks_of[way->tasks[i]];
        clock += k->legs[i];
        if (clock < k->floors[i]) clock = k->floors[i];
        clock = opening(k->p.windows + t->windows, t->window_count, clock);
        if (clock == NONE) return 0;
        k->begins[i] = clock;
        clock += k->works[i];
    }
    clock += k->legs[way->count];
    way->end = clock;
    way->departure = k->begins[0] - k->legs[0];
    return clock <= way->v->until;
}

/* One more break on a leg: the clock behind it and the driving left. 0 when its windows are over. */
static int pause(const kernel *k, const rest *item, i64 *clock, i64 *left) {
    i64 start = opening(k->p.windows + item->windows, item->window_count, *clock);
    if (start == NONE) return 0;
    i64 driven = start - *clock;
    *left -= driven < *left ? driven : *left;
    *clock = start + item->service;
    return 1;
}

static i64 arrival(const kernel *k, i64 leave, i64 travel, const rest *const *items, i32 count) {
    i64 left = travel;
    for (i32 i = 0; i < count; i++)
        if (!pause(k, items[i], &leave, &left)) return NONE;
    return leave + left;
}

/* For each stop and number of breaks taken so far the earliest begin; then the way home with all of them. */
static int with_breaks(kernel *k, path *way, const rest *const *items) {
    const vehicle *v = way->v;
    i32 all = v->rest_count, wide = all + 1;
    i64 *leaves = k->ways; /* three numbers for each stop and count: leave, begin, count before it */
    for (i32 t = 0; t <= all; t++) leaves[3 * t] = t ? NONE : v->from;
    for (i32 i = 0; i < way->count; i++) {
        i64 *here = k->ways + 3 * wide * i, *there = here + 3 * wide;
        const task *to = &k->p.tasks_of[way->tasks[i]];
        int reached = 0;
        for (i32 t = 0; t <= all; t++) there[3 * t] = NONE;
        for (i32 t = 0; t <= all; t++) {
            if (here[3 * t] == NONE) continue;
            i64 clock = here[3 * t], left = k->legs[i];
            for (i32 taken = t;; taken++) {
                i64 reach = clock + left;
                if (reach < k->floors[i]) reach = k->floors[i];
                i64 start = opening(k->p.windows + to->windows, to->window_count, reach);
                if (start == NONE) break;
                i64 *slot = there + 3 * taken;
                if (slot[0] == NONE || start + k->works[i] < slot[0]) {
                    slot[0] = start + k->works[i];
                    slot[1] = start;
                    slot[2] = t;
                    reached = 1;
                }
                if (k->closed[i] || taken == all || !pause(k, items[taken], &clock, &left)) break;
            }
        }
        if (!reached) return 0;
    }
    i64 *last = k->ways + 3 * wide * way->count;
    i64 best = NONE;
    i32 taken = 0;
    for (i32 t = 0; t <= all; t++) {
        if (last[3 * t] == NONE) continue;
        i64 end = arrival(k, last[3 * t], k->legs[way->count], items + t, all - t);
        if (end == NONE || end > v->until || (best != NONE && end >= best)) continue;
        best = end;
        taken = t;
    }
    if (best == NONE) return 0;
    way->end = best;
    for (i32 i = way->count - 1; i >= 0; i--) {
        i64 *slot = k->ways + 3 * wide * (i + 1) + 3 * taken;
        k->begins[i] = slot[1];
        way->first_breaks = taken;
        taken = (i32)slot[2];
    }
    i64 late = k->begins[0] - k->legs[0], early = v->from;
    if (way->first_breaks)
        while (early < late) { /* as late as the first stop and the breaks before it allow */
            i64 middle = early + (late - early + 1) / 2;
            i64 at = arrival(k, middle, k->legs[0], items, way->first_breaks);
            if (at != NONE && at <= k->begins[0]) early = middle;
            else late = middle - 1;
        }
    way->departure = way->first_breaks ? early : late;
    return 1;
}

/* Raise the floors that ride limits and the longest duty ask for; 0 when all are kept. */
static int push_up(kernel *k, path *way, const rest *const *items) {
    int pushed = 0;
    for (i32 r = 0; r < way->rides; r++) {
        i32 first = k->rides[2 * r], last = k->rides[2 * r + 1];
        const task *t = &k->p.tasks_of[way->tasks[last]];
        i64 setup = k->works[last] - t->service;
        i64 least = k->begins[last] + setup - k->p.requests_of[t->request].longest_ride - k->works[first];
        if (k->begins[first] < least) {
            k->floors[first] = least;
            pushed = 1;
        }
    }
    i64 longest = way->v->longest_duty;
    if (longest < EVER && way->end - way->departure > longest) {
        i64 leave = way->end - longest;
        i64 at = arrival(k, leave, k->legs[0], items, way->first_breaks);
        if (at == NONE) at = k->begins[0] + leave - way->departure;
        if (k->floors[0] < at) k->floors[0] = at;
        if (k->begins[0] < k->floors[0]) pushed = 1;
    }
    return pushed;
}

static int in_order(kernel *k, path *way, const rest *const *items) {
    i64 rounds = 2;
    for (i32 i = 0; i < way->count; i++) {
        k->floors[i] = NONE;
        rounds += 1 + k->p.tasks_of[way->tasks[i]].window_count;
    }
    way->first_breaks = 0;
    while (rounds-- > 0) {
        if (!(way->v->rest_count ? with_breaks(k, way, items) : plain(k, way))) return 0;
        if (!push_up(k, way, items)) return way->end - way->departure <= way->v->longest_duty;
    }
    return 0;
}

int can_be_timed(kernel *k, const vehicle *v, const i32 *tasks, i32 count) {
    path way = {.v = v, .tasks = tasks, .count = count};
    const rest *items[MOST_BREAKS];
    const rest *all = k->p.rests + v->rests;
    i32 orders = v->rest_count == 2 ? 2 : v->rest_count == 3 ? 6 : 1;
    if (!count) return 1;
    lay_out(k, &way);
    for (i32 o = 0; o < orders; o++) {
        for (i32 i = 0; i < v->rest_count; i++)
            items[i] = &all[orders == 2 ? ORDERS2[o][i] : orders == 6 ? ORDERS3[o][i] : i];
        if (in_order(k, &way, items)) return 1;
    }
    return 0;
}
