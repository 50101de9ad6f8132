/* Which requests are taken out: stretches of routes near one another, neighbours, or a whole route. */
#include <stdlib.h>

#include "kernel.h"

#define TAKEN_OUT 10       /* requests, on average */
#define LONGEST_STRETCH 10
#define WHOLE_ROUTE 0.08   /* of the attempts */
#define NEIGHBOURS 0.15    /* of the attempts take out neighbours, wherever they are */
#define SPLIT 0.5          /* of the stretches keep some in their middle */
#define HOUR_WEIGHT 0.3    /* a second between two hours, beside a second of driving between two places */

static int by_key(const void *a, const void *b) {
    const turn *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key ? 1 : x->of - y->of;
}

/* The nearest in place and hour, itself first; worked out when first asked for. */
const i32 *neighbours(kernel *k, i32 wish) {
    if (k->near[wish]) return k->near[wish];
    const vehicle *v = &k->p.fleet[0];
    const request *q = &k->p.requests_of[wish];
    const task *f = &k->p.tasks_of[q->first], *l = &k->p.tasks_of[q->last];
    const window *w = k->p.windows + f->windows;
    for (i32 other = 0; other < k->p.requests; other++) {
        const request *o = &k->p.requests_of[other];
        const task *of = &k->p.tasks_of[o->first], *ol = &k->p.tasks_of[o->last];
        const window *ow = k->p.windows + of->windows;
        double apart = seconds(k, v, f->place, of->place);
        if (f != l && of != ol) {
            double chained = seconds(k, v, l->place, of->place);
            if (chained < apart) apart = chained;
            apart += 0.5 * seconds(k, v, l->place, ol->place);
        }
        if (f->window_count && of->window_count) {
            i64 gap = w[0].start - ow[of->window_count - 1].end, back = ow[0].start - w[f->window_count - 1].end;
            if (back > gap) gap = back;
            if (gap > 0) apart += HOUR_WEIGHT * (double)gap;
        }
        k->turns[other] = (turn){other == wish ? -1 : apart, 0, other};
    }
    qsort(k->turns, (size_t)k->p.requests, sizeof(turn), by_key);
    k->near[wish] = malloc(sizeof(i32) * (size_t)k->near_count);
    for (i32 i = 0; i < k->near_count; i++) k->near[wish][i] = k->turns[i].of;
    return k->near[wish];
}

/* The requests of a route in the order of their first stops. */
static i32 row_of(kernel *k, const route *r, i32 *row) {
    i32 count = 0;
    for (i32 at = 1; at <= r->count; at++) {
        const task *t = &k->p.tasks_of[r->nodes[at].task];
        if (t->kind != DELIVERY) row[count++] = t->request;
    }
    return count;
}

int clear_route(kernel *k, i32 v) {
    i32 *row = k->line;
    i32 count = row_of(k, k->routes[v], row);
    return take_out(k, v, row, count);
}

/* Some requests in a row, this one among them; now and then with a few between them left alone. */
static int cut(kernel *k, i32 v, i32 wish, i32 longest) {
    i32 *row = k->line;
    i32 count = row_of(k, k->routes[v], row), at = 0, kept = 0;
    while (row[at] != wish) at++;
    i32 length = 1 + below(k, longest < count ? longest : count);
    if (length > 1 && length < count && chance(k) < SPLIT) {
        i32 most = count - length;
        while (kept < most && (kept == 0 || chance(k) < 0.9)) kept++;
    }
    i32 whole = length + kept;
    i32 low = at - whole + 1 > 0 ? at - whole + 1 : 0, high = at < count - whole ? at : count - whole;
    i32 first = low + below(k, high - low + 1);
    i32 hole = kept ? 1 + below(k, length - 1) : length, to = 0;
    for (i32 i = 0; i < whole; i++)
        if (i < hole || i >= hole + kept) row[to++] = row[first + i];
    return take_out(k, v, row, to);
}

static int stretches(kernel *k, i32 seed) {
    i32 served = k->p.requests - k->waiting_count;
    i32 longest = served / (k->used_count ? k->used_count : 1);
    if (longest > LONGEST_STRETCH) longest = LONGEST_STRETCH;
    if (longest < 1) longest = 1;
    i32 most = 1 + (i32)(chance(k) * (4.0 * TAKEN_OUT / (1 + longest) - 1)), cleared = 0;
    const i32 *near = neighbours(k, seed);
    for (i32 i = 0; i < k->near_count && cleared < most; i++) {
        i32 v = k->driver[near[i]];
        if (v < 0 || k->before[v]) continue; /* waits, or its route is cut already */
        if (!cut(k, v, near[i], longest)) return 0;
        cleared++;
    }
    return 1;
}

static int nearby(kernel *k, i32 seed) {
    const i32 *near = neighbours(k, seed);
    i32 most = 2 + below(k, 2 * TAKEN_OUT), taken = 0;
    for (i32 i = 0; i < k->near_count && taken < most; i++) {
        i32 v = k->driver[near[i]];
        if (v < 0 || chance(k) < 0.4) continue;
        if (!take_out(k, v, &near[i], 1)) return 0;
        taken++;
    }
    return 1;
}

/* 0 when what is left of a route cannot be driven: the straight way is not always the shortest. */
int ruin(kernel *k) {
    i32 seed = below(k, k->p.requests);
    if (k->waiting_count && chance(k) < 0.5) seed = k->waiting[below(k, k->waiting_count)];
    if (!k->used_count) return 1;
    double way = chance(k);
    if (way < WHOLE_ROUTE) {
        i32 v = k->driver[seed];
        if (v < 0) v = k->used[below(k, k->used_count)];
        return clear_route(k, v);
    }
    return way < WHOLE_ROUTE + NEIGHBOURS ? nearby(k, seed) : stretches(k, seed);
}
