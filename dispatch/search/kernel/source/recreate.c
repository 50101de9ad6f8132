/* Who waits is placed again, one by one in a changing order, each where it costs least. */
#include <stdlib.h>

#include "kernel.h"

#define SKIPPED 0.015   /* of the routes are overlooked, so that the cheapest place is not always taken */
#define WAITING_TRIED 12 /* of those in no route, with each attempt */
#define MANY_ROUTES 48  /* beyond it only routes of neighbours are looked at first */
#define LOOKED_AT 60    /* neighbours */
#define ALL_ROUTES 0.03 /* of the requests are tried with every route all the same */

static int is_able(const kernel *k, i32 wish, i32 v) {
    return k->p.able[(i64)k->p.requests_of[wish].group * k->p.vehicles + v];
}

static offer look(kernel *k, i32 v, i32 wish, double most) {
    const route *r = k->routes[v];
    if (!k->offers) return find(k, r, wish, most);
    kept *slot = &k->offers[(i64)wish * k->p.vehicles + v];
    if (slot->version != r->version) {
        offer found = find(k, r, wish, INFINITE);
        *slot = (kept){found.extra, r->version, found.first, found.last};
    }
    return (offer){slot->extra, slot->first, slot->last};
}

typedef struct {
    offer place;
    i32 vehicle;
} choice;

static void consider(kernel *k, i32 v, i32 wish, double more, choice *best) {
    if (!is_able(k, wish, v)) return;
    offer found = look(k, v, wish, best->place.extra - more);
    if (found.first < 0 || found.extra + more >= best->place.extra) return;
    best->place = found;
    best->place.extra += more;
    best->vehicle = v;
}

static void consider_used(kernel *k, i32 wish, int is_calm, choice *best) {
    int skipped = 0;
    if (k->used_count > MANY_ROUTES && !is_calm && chance(k) >= ALL_ROUTES) {
        const i32 *near = neighbours(k, wish);
        i32 most = LOOKED_AT < k->near_count ? LOOKED_AT : k->near_count, seen = ++k->marks;
        for (i32 i = 1; i < most; i++) {
            i32 v = k->driver[near[i]];
            if (v < 0 || k->mark[k->p.requests + v] == seen) continue;
            k->mark[k->p.requests + v] = seen;
            if (chance(k) >= SKIPPED) consider(k, v, wish, 0, best);
        }
        for (i32 i = 0; i < k->touched_count; i++) { /* where room was just made */
            i32 v = k->touched[i];
            if (k->routes[v]->count && k->mark[k->p.requests + v] != seen) consider(k, v, wish, 0, best);
        }
        if (best->vehicle >= 0) return;
    }
    for (i32 i = 0; i < k->used_count; i++) {
        if (!is_calm && chance(k) < SKIPPED) skipped = 1;
        else consider(k, k->used[i], wish, 0, best);
    }
    if (skipped && best->vehicle < 0)
        for (i32 i = 0; i < k->used_count; i++) consider(k, k->used[i], wish, 0, best);
}

static choice cheapest(kernel *k, i32 wish, int is_calm) {
    choice best = {{INFINITE, -1, -1}, -1};
    consider_used(k, wish, is_calm, &best);
    if (k->used_count >= k->most_used) return best;
    double more = k->p.by_vehicles ? ANOTHER_VEHICLE : 0;
    for (i32 c = 0; c < k->classes; c++)
        if (k->idle_of[c] >= 0) consider(k, k->idle_of[c], wish, more, &best);
    return best;
}

static int by_turn(const void *a, const void *b) {
    const turn *x = a, *y = b;
    if (x->worth != y->worth) return x->worth > y->worth ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key ? 1 : x->of - y->of;
}

/* In which order: by chance, the largest, the earliest, the tightest, or the most distant or nearest first. */
static void in_turn(kernel *k, int is_calm) {
    double way = is_calm ? 0.6 : chance(k);
    int by_worth = is_calm || chance(k) < 0.7;
    i32 loads = k->p.loads, home = k->p.fleet[0].start;
    if (home == NOWHERE) home = k->p.fleet[0].end;
    for (i32 i = 0; i < k->gone_count; i++) {
        i32 wish = k->gone[i];
        const request *q = &k->p.requests_of[wish];
        const task *t = &k->p.tasks_of[q->first];
        const window *w = k->p.windows + t->windows;
        i64 opens = t->window_count ? w[0].start : 0, closes = t->window_count ? w[t->window_count - 1].end : EVER;
        double key = chance(k);
        if (way >= 0.3 && way < 0.45)
            for (i32 l = 0; l < loads; l++) key -= k->p.amounts[wish * loads + l];
        else if (way >= 0.45 && way < 0.65) key = (double)(is_calm && !t->window_count ? EVER : opens);
        else if (way >= 0.65 && way < 0.8) key = (double)(closes - opens);
        else if (way >= 0.8 && way < 0.93) key -= seconds(k, &k->p.fleet[0], home, t->place);
        else if (way >= 0.93) key += seconds(k, &k->p.fleet[0], home, t->place);
        k->turns[i] = (turn){key, by_worth ? q->worth : 0, wish};
    }
    qsort(k->turns, (size_t)k->gone_count, sizeof(turn), by_turn);
    for (i32 i = 0; i < k->gone_count; i++) k->gone[i] = k->turns[i].of;
}

static void join_waiting(kernel *k) {
    k->marks++;
    for (i32 i = 0; i < k->gone_count; i++) k->mark[k->gone[i]] = k->marks;
    i32 tried = k->waiting_count < WAITING_TRIED ? k->waiting_count : WAITING_TRIED;
    for (i32 i = 0; i < tried; i++) {
        i32 at = k->waiting_count > WAITING_TRIED ? below(k, k->waiting_count) : i;
        i32 wish = k->waiting[at];
        if (k->mark[wish] == k->marks) continue;
        k->mark[wish] = k->marks;
        k->gone[k->gone_count++] = wish;
    }
}

/* 0 when a route could not be driven after all. */
int recreate(kernel *k, int is_calm) {
    if (!is_calm) join_waiting(k);
    in_turn(k, is_calm);
    for (i32 i = 0; i < k->gone_count; i++) {
        choice best = cheapest(k, k->gone[i], is_calm);
        if (best.vehicle >= 0 && !put_in(k, best.vehicle, k->gone[i], best.place)) return 0;
    }
    return 1;
}
