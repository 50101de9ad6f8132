/* The cheapest place for a request in one route: offer.py and limits.py. */
#include "kernel.h"

typedef struct {
    kernel *k;
    const route *r;
    const vehicle *v;
    const request *q;
    const task *first, *last;
    i32 wish;
} seeking;

static i64 setup_after(const seeking *s, i32 gap, i32 place) {
    const node *to = &s->r->nodes[gap + 1];
    return gap < s->r->count && to->at != place ? s->k->p.tasks_of[to->task].setup : 0;
}

/* What a part of a wish, from its first to its last place, costs more in a gap; `work` is without its first setup. */
static double part_price(const seeking *s, i32 gap, const task *from, const task *to, double inside, i64 work) {
    const node *here = &s->r->nodes[gap];
    double extra = leg_price(s->k, s->v, here[0].at, from->place) + inside +
                   leg_price(s->k, s->v, to->place, here[1].at) - here->leg;
    if (s->v->per_worked != 0) {
        work += here->at == from->place ? 0 : from->setup;
        work += setup_after(s, gap, to->place) - setup_after(s, gap, here->at);
        extra += s->v->per_worked * (double)work;
    }
    return extra;
}

static i64 after_first(const seeking *s, i32 gap) {
    const node *here = &s->r->nodes[gap];
    i64 clock = here->leave;
    if (here->at != NOWHERE) clock += seconds(s->k, s->v, here->at, s->first->place);
    clock = opening(s->k->p.windows + s->first->windows, s->first->window_count, clock);
    if (clock == NONE) return NONE;
    return clock + s->first->service + (here->at == s->first->place ? 0 : s->first->setup);
}

static i64 after_last(const seeking *s, i32 here, i64 leave) {
    i64 clock = leave + seconds(s->k, s->v, here, s->last->place);
    clock = opening(s->k->p.windows + s->last->windows, s->last->window_count, clock);
    if (clock == NONE) return NONE;
    return clock + s->last->service + (here == s->last->place ? 0 : s->last->setup);
}

static int goes_on(const seeking *s, i32 gap, i32 here, i64 leave) {
    const node *to = &s->r->nodes[gap + 1];
    if (to->at == NOWHERE) return leave <= to->late;
    return leave + seconds(s->k, s->v, here, to->at) <= (here == to->at ? to->late_same : to->late);
}

static int has_room(const seeking *s, i32 i) {
    i32 kinds = s->k->p.loads;
    const i32 *load = s->r->load + i * kinds, *amount = s->k->p.amounts + s->wish * kinds;
    const i32 *most = s->k->p.capacities + s->r->vehicle * kinds;
    for (i32 l = 0; l < kinds; l++)
        if (load[l] + amount[l] > most[l]) return 0;
    return 1;
}

static i64 around(const seeking *s, i32 gap, i32 from, i32 to, int is_metres) {
    i32 here = s->r->nodes[gap].at, on = s->r->nodes[gap + 1].at;
    i32 (*table)(const kernel *, const vehicle *, i32, i32) = is_metres ? metres : seconds;
    i64 added = here == NOWHERE ? 0 : table(s->k, s->v, here, from);
    added += on == NOWHERE ? 0 : table(s->k, s->v, to, on);
    return added - (s->r->count && here != NOWHERE && on != NOWHERE ? table(s->k, s->v, here, on) : 0);
}

static i64 added(const seeking *s, i32 i, i32 j, int is_metres) {
    i32 from = s->first->place, to = s->last->place;
    if (i < j) return around(s, i, from, from, is_metres) + around(s, j, to, to, is_metres);
    i64 ride = s->first == s->last ? 0 : is_metres ? metres(s->k, s->v, from, to) : seconds(s->k, s->v, from, to);
    return around(s, i, from, to, is_metres) + ride;
}

static i64 saved(const seeking *s, i32 gap, i32 place) {
    const node *to = &s->r->nodes[gap + 1];
    return gap < s->r->count && to->at == place ? s->k->p.tasks_of[to->task].setup : 0;
}

/* Whether driving and work alone are more than the longest duty or the rides on the way allow. */
static int is_too_long(const seeking *s, i32 i, i32 j) {
    const node *n = s->r->nodes;
    i32 from = s->first->place, to = s->last->place;
    i64 fetch = s->first->service + (n[i].at == from ? 0 : s->first->setup), bring = 0;
    if (i < j) {
        fetch += around(s, i, from, from, 0) - saved(s, i, from);
        bring = s->last->service + (n[j].at == to ? 0 : s->last->setup);
        bring += around(s, j, to, to, 0) - saved(s, j, to);
    } else {
        fetch += around(s, i, from, to, 0) - saved(s, i, to);
        if (s->first != s->last)
            fetch += s->last->service + (from == to ? 0 : s->last->setup) + seconds(s->k, s->v, from, to);
    }
    if (fetch > n[i].spare || bring > n[j].spare) return 1;
    return s->v->longest_duty < EVER && s->r->busy + fetch + bring > s->v->longest_duty;
}

static int is_sure(const seeking *s, i32 i, i32 j) {
    kernel *k = s->k;
    const route *r = s->r;
    if (r->is_limited) {
        if (s->v->longest_travel < EVER && r->travel + added(s, i, j, 0) > s->v->longest_travel) return 0;
        if (s->v->longest_distance < EVER && s->v->metres >= 0 &&
            r->distance + added(s, i, j, 1) > s->v->longest_distance)
            return 0;
    }
    if (!r->is_strict && s->q->longest_ride >= EVER) return 1;
    if (is_too_long(s, i, j)) return 0;
    i32 count = 0;
    for (i32 at = 0; at <= r->count; at++) {
        if (at) k->line[count++] = r->nodes[at].task;
        if (at == i) k->line[count++] = s->q->first;
        if (at == j && s->first != s->last) k->line[count++] = s->q->last;
    }
    return can_be_timed(k, s->v, k->line, count);
}

static int job_fits(const seeking *s, i32 gap) {
    i32 kinds = s->k->p.loads, brings = 0, fetches = 0;
    const i32 *most = s->k->p.capacities + s->r->vehicle * kinds;
    for (i32 l = 0; l < kinds; l++) {
        i32 given = s->k->p.delivered[s->wish * kinds + l], taken = s->k->p.collected[s->wish * kinds + l];
        if (s->r->before[gap * kinds + l] + given > most[l] || s->r->after[gap * kinds + l] + taken > most[l]) return 0;
        brings |= given;
        fetches |= taken;
    }
    for (i32 i = 0; i <= s->r->count; i++)
        if (s->r->nodes[i].closed && (i < gap ? brings : fetches)) return 0;
    return 1;
}

static offer of_job(const seeking *s, i32 first, i32 last, double most) {
    offer best = {most, -1, -1};
    for (i32 i = first; i < last; i++) {
        double extra = part_price(s, i, s->first, s->first, 0, s->first->service);
        if (!s->r->count) extra += s->v->fixed;
        if (extra >= best.extra || s->r->nodes[i].closed || !job_fits(s, i)) continue;
        i64 leave = after_first(s, i);
        if (leave == NONE || !goes_on(s, i, s->first->place, leave) || !is_sure(s, i, i)) continue;
        best = (offer){extra, i, i};
    }
    return best;
}

static int fits_together(const seeking *s, i32 gap, i64 leave) {
    i32 from = s->first->place, to = s->last->place;
    if (seconds(s->k, s->v, from, to) + (from == to ? 0 : s->last->setup) > s->q->longest_ride) return 0;
    i64 done = after_last(s, from, leave);
    return done != NONE && goes_on(s, gap, to, done);
}

/* The delivery behind at least one more stop: driven on from the pickup, stop by stop. */
static void apart(const seeking *s, i32 i, i64 clock, double fetch, offer *best) {
    i32 here = s->first->place;
    i64 ridden = 0;
    const double *bring = s->k->bring;
    for (i32 j = i + 1; j <= s->r->count; j++) {
        const node *n = &s->r->nodes[j];
        const task *t = &s->k->p.tasks_of[n->task];
        int same = here == n->at;
        i64 leg = seconds(s->k, s->v, here, n->at), work = t->service + (same ? 0 : t->setup);
        clock += leg;
        ridden += leg + work;
        if (clock > (same ? n->late_same : n->late) || ridden > s->q->longest_ride || n->closed || !has_room(s, j)) return;
        clock = opening(s->k->p.windows + t->windows, t->window_count, clock);
        if (clock == NONE) return;
        clock += work;
        here = n->at;
        if (fetch + bring[j] < best->extra && ridden + seconds(s->k, s->v, here, s->last->place) <= s->q->longest_ride) {
            i64 done = after_last(s, here, clock);
            if (done != NONE && goes_on(s, j, s->last->place, done) && is_sure(s, i, j))
                *best = (offer){fetch + bring[j], i, j};
        }
        if (fetch + s->k->least[j] >= best->extra) return;
    }
}

static offer of_shipment(const seeking *s, i32 first, i32 last, double most) {
    i32 n = s->r->count, exclusive = s->q->exclusive;
    double *bring = s->k->bring, *least = s->k->least; /* least: of the deliveries in a gap behind this one */
    offer best = {most, -1, -1};
    double inside = leg_price(s->k, s->v, s->first->place, s->last->place), fixed = n ? 0 : s->v->fixed;
    i64 work = s->first->service + s->last->service + (s->first->place == s->last->place ? 0 : s->last->setup);
    if (!exclusive) {
        least[n] = INFINITE;
        for (i32 j = n; j > first; j--) {
            bring[j] = part_price(s, j, s->last, s->last, 0, s->last->service);
            least[j - 1] = bring[j] < least[j] ? bring[j] : least[j];
        }
    }
    for (i32 i = first; i < last; i++) {
        const node *here = &s->r->nodes[i];
        if (here->closed || (exclusive && !here->bare)) continue;
        double both = part_price(s, i, s->first, s->last, inside, work) + fixed, fetch = INFINITE;
        if (!exclusive && i < n) fetch = part_price(s, i, s->first, s->first, 0, s->first->service);
        if (both >= best.extra && fetch + (exclusive ? 0 : least[i]) >= best.extra) continue;
        if (!has_room(s, i)) continue;
        i64 leave = after_first(s, i);
        if (leave == NONE) continue;
        if (both < best.extra && fits_together(s, i, leave) && is_sure(s, i, i)) best = (offer){both, i, i};
        if (!exclusive && fetch + least[i] < best.extra) apart(s, i, leave, fetch, &best);
    }
    return best;
}

/* Extra price and gaps of the cheapest place below a price. Skills and pins are not looked at. */
offer find(kernel *k, const route *r, i32 wish, double most) {
    const request *q = &k->p.requests_of[wish];
    seeking s = {.k = k, .r = r, .v = vehicle_of(k, r), .q = q, .wish = wish};
    s.first = &k->p.tasks_of[q->first];
    s.last = &k->p.tasks_of[q->last];
    const window *w = k->p.windows + s.first->windows;
    i64 opens = s.first->window_count ? w[0].start : 0;
    i64 closes = s.first->window_count ? w[s.first->window_count - 1].end : EVER;
    i32 last = 0, first = 0;
    if (s.v->most_tasks >= 0 && r->count + (q->first == q->last ? 1 : 2) > s.v->most_tasks) return (offer){INFINITE, -1, -1};
    while (last <= r->count && r->nodes[last].leave <= closes) last++;
    while (first + 1 < last && r->nodes[first + 1].late_same < opens) first++;
    if (q->first == q->last) return of_job(&s, first, last, most);
    return of_shipment(&s, first, last, most);
}
