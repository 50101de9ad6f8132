/* One vehicle's stops and what an insertion must know of them: tour.py. */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static route *new_route(kernel *k, i32 room) {
    route *r = k->spare_count ? k->spare_routes[--k->spare_count] : calloc(1, sizeof(route));
    if (r->room < room) {
        i32 loads = k->p.loads ? k->p.loads : 1;
        room += 16;
        r->nodes = realloc(r->nodes, sizeof(node) * (size_t)(room + 2));
        r->load = realloc(r->load, sizeof(i32) * 3 * (size_t)(room + 1) * (size_t)loads);
        r->room = room;
    }
    r->before = r->load + (i64)(r->room + 1) * k->p.loads;
    r->after = r->before + (i64)(r->room + 1) * k->p.loads;
    return r;
}

/* The same stops, with room for some more; the rest is worked out by refresh. */
route *copy_of(kernel *k, const route *r, i32 extra) {
    route *copy = new_route(k, r->count + extra);
    copy->count = r->count;
    copy->vehicle = r->vehicle;
    copy->version = r->version;
    copy->price = r->price;
    memcpy(copy->nodes, r->nodes, sizeof(node) * (size_t)(r->count + 2));
    return copy;
}

void give_back(kernel *k, route *r) { k->spare_routes[k->spare_count++] = r; }

static int times(const kernel *k, route *r, const vehicle *v) {
    node *n = r->nodes;
    i64 clock = v->from;
    n[0].leave = clock;
    r->travel = r->distance = r->busy = 0;
    r->has_rides = 0;
    for (i32 i = 1; i <= r->count; i++) {
        const task *t = &k->p.tasks_of[n[i].task];
        i64 leg = 0;
        n[i].at = t->place;
        if (n[i - 1].at != NOWHERE) {
            leg = seconds(k, v, n[i - 1].at, t->place);
            if (r->is_limited) r->distance += metres(k, v, n[i - 1].at, t->place);
        }
        clock = opening(k->p.windows + t->windows, t->window_count, clock + leg);
        if (clock == NONE) return 0;
        i64 work = t->service + (n[i - 1].at == t->place ? 0 : t->setup);
        clock += work;
        r->travel += leg;
        r->busy += work;
        n[i].leave = clock;
        r->has_rides |= k->p.requests_of[t->request].longest_ride < EVER;
    }
    if (r->count && v->end != NOWHERE && n[r->count].at != NOWHERE) {
        r->travel += seconds(k, v, n[r->count].at, v->end);
        if (r->is_limited) r->distance += metres(k, v, n[r->count].at, v->end);
    }
    r->price = r->count ? v->fixed + v->per_worked * (double)r->busy : 0;
    r->busy += r->travel;
    n[r->count + 1].late = n[r->count + 1].late_same = v->until;
    for (i32 i = r->count; i > 0; i--) {
        const task *t = &k->p.tasks_of[n[i].task];
        i64 leave = n[i].at == n[i + 1].at ? n[i + 1].late_same : n[i + 1].late;
        if (n[i + 1].at != NOWHERE) leave -= seconds(k, v, n[i].at, n[i + 1].at);
        n[i].late_same = latest(k->p.windows + t->windows, t->window_count, leave - t->service);
        n[i].late = t->setup ? latest(k->p.windows + t->windows, t->window_count, leave - t->service - t->setup)
                             : n[i].late_same;
    }
    return r->count == 0 || v->end == NOWHERE ||
           n[r->count].leave + seconds(k, v, n[r->count].at, v->end) <= v->until;
}

static void loads(const kernel *k, route *r) {
    i32 kinds = k->p.loads, last = r->count * kinds;
    for (i32 l = 0; l < kinds; l++) {
        i32 aboard = 0;
        for (i32 i = 1; i <= r->count; i++) {
            const task *t = &k->p.tasks_of[r->nodes[i].task];
            if (t->kind == JOB) aboard += k->p.delivered[t->request * kinds + l];
        }
        r->load[l] = r->before[l] = aboard;
        for (i32 i = 1; i <= r->count; i++) {
            const task *t = &k->p.tasks_of[r->nodes[i].task];
            i32 of = t->request * kinds + l, at = i * kinds + l;
            if (t->kind == JOB) aboard += k->p.collected[of] - k->p.delivered[of];
            else aboard += t->kind == PICKUP ? k->p.amounts[of] : -k->p.amounts[of];
            r->load[at] = aboard;
            r->before[at] = aboard > r->before[at - kinds] ? aboard : r->before[at - kinds];
        }
        r->after[last + l] = r->load[last + l];
        for (i32 at = last + l - kinds; at >= 0; at -= kinds)
            r->after[at] = r->load[at] > r->after[at + kinds] ? r->load[at] : r->after[at + kinds];
    }
}

/* By how much the rides over each gap may grow, were there no waiting at all. */
static void spares(kernel *k, route *r, const vehicle *v) {
    node *n = r->nodes;
    for (i32 i = 0; i <= r->count; i++) n[i].spare = EVER;
    if (!r->has_rides) return;
    i64 *done = k->begins, *ends = k->floors;
    ends[0] = 0;
    for (i32 i = 1; i <= r->count; i++) {
        const task *t = &k->p.tasks_of[n[i].task];
        const request *q = &k->p.requests_of[t->request];
        i64 leg = n[i - 1].at == NOWHERE ? 0 : seconds(k, v, n[i - 1].at, n[i].at);
        done[i] = ends[i - 1] + leg + (n[i - 1].at == n[i].at ? 0 : t->setup);
        ends[i] = done[i] + t->service;
        if (q->longest_ride >= EVER || t->kind != DELIVERY) continue;
        i32 first = i - 1;
        while (first > 0 && n[first].task != q->first) first--;
        i64 left = q->longest_ride - (done[i] - ends[first]);
        for (i32 gap = first; gap < i; gap++)
            if (left < n[gap].spare) n[gap].spare = left;
    }
}

/* Everything about the stops worked out anew; 0 when they cannot be driven in time even without breaks and limits. */
int refresh(kernel *k, route *r) {
    const vehicle *v = vehicle_of(k, r);
    node *n = r->nodes;
    i32 aboard = 0, kinds = k->p.loads;
    r->version = ++k->versions;
    n[0].at = v->start;
    n[0].task = -1;
    n[r->count + 1].at = v->end;
    n[r->count + 1].task = -1;
    r->is_limited = v->longest_travel < EVER || v->longest_distance < EVER;
    if (!times(k, r, v)) return 0;
    loads(k, r);
    r->is_strict = r->has_rides || v->rest_count || v->longest_duty < EVER;
    spares(k, r, v);
    for (i32 i = 0; i <= r->count; i++) {
        const task *t = i ? &k->p.tasks_of[n[i].task] : 0;
        n[i].leg = r->count ? leg_price(k, v, n[i].at, n[i + 1].at) : 0;
        r->price += n[i].leg;
        n[i].closed = (u8)(t && t->kind == PICKUP && k->p.requests_of[t->request].exclusive);
        aboard += t ? (t->kind == PICKUP) - (t->kind == DELIVERY) : 0;
        n[i].bare = (u8)(aboard == 0);
        for (i32 l = 0; l < kinds; l++)
            if (r->load[i * kinds + l]) n[i].bare = 0;
    }
    return 1;
}
