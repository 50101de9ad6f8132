/* Attempts, better or a little worse, until time or steps are over; and what Python calls. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel.h"

#define EXPORT __attribute__((visibility("default")))
#define MOST_OFFERS 30000000LL
#define NEAR 200
#define BETTER 1
#define DONE 2
#define REDUCING 0.35      /* of the search, while fewer vehicles come first */
#define BOLD 0.5           /* of the search, in which who was often left out comes in for more who were seldom */
#define ROUND 2000         /* attempts a request */
#define FRUITLESS_ROUNDS 4 /* in a row, then nothing better is expected */
#define FEW 12             /* requests that are soon placed in every way there is */
#define TINY 1e-7

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *room(i64 count, size_t size) { return calloc((size_t)(count > 0 ? count : 1), size); }

EXPORT kernel *kernel_new(const problem *p, u64 seed) {
    kernel *k = calloc(1, sizeof(kernel));
    i64 vehicles = p->vehicles, wishes = p->requests, stops = p->tasks + 8;
    k->p = *p;
    k->random = seed * 0x9e3779b97f4a7c15ULL + 1;
    k->routes = room(vehicles, sizeof(route *));
    k->before = room(vehicles, sizeof(route *));
    k->spare_routes = room(3 * vehicles + 64, sizeof(route *));
    k->used = room(vehicles, sizeof(i32));
    k->used_at = room(vehicles, sizeof(i32));
    k->touched = room(vehicles, sizeof(i32));
    k->best_lengths = room(vehicles, sizeof(i32));
    k->best_tasks = room(stops, sizeof(i32));
    k->driver = room(wishes, sizeof(i32));
    k->waiting = room(wishes, sizeof(i32));
    k->kept_waiting = room(wishes, sizeof(i32));
    k->waits_at = room(wishes, sizeof(i32));
    k->gone = room(wishes + 16, sizeof(i32));
    k->misses = room(wishes, sizeof(i64));
    k->near = room(wishes, sizeof(i32 *));
    k->mark = room(wishes + vehicles, sizeof(i32));
    k->turns = room(wishes, sizeof(turn));
    k->line = room(stops, sizeof(i32));
    k->rides = room(2 * stops, sizeof(i32));
    k->bring = room(stops, sizeof(double));
    k->least = room(stops, sizeof(double));
    k->begins = room(stops, sizeof(i64));
    k->floors = room(stops, sizeof(i64));
    k->legs = room(stops, sizeof(i64));
    k->works = room(stops, sizeof(i64));
    k->closed = room(stops, 1);
    k->near_count = wishes < NEAR ? (i32)wishes : NEAR;
    if (vehicles * wishes <= MOST_OFFERS) k->offers = room(vehicles * wishes, sizeof(kept));
    i32 rests = 0;
    for (i32 v = 0; v < vehicles; v++) {
        if (p->fleet[v].rest_count > rests) rests = p->fleet[v].rest_count;
        if (p->fleet[v].alike >= k->classes) k->classes = p->fleet[v].alike + 1;
    }
    k->ways = room(3 * stops * (rests + 1), sizeof(i64));
    k->idle_of = room(k->classes, sizeof(i32));
    for (i32 c = 0; c < k->classes; c++) k->idle_of[c] = -1;
    for (i32 v = (i32)vehicles - 1; v >= 0; v--) k->idle_of[p->fleet[v].alike] = v;
    route empty = {0};
    node ends[2] = {0};
    empty.nodes = ends;
    for (i32 v = 0; v < vehicles; v++) {
        empty.vehicle = v;
        k->routes[v] = copy_of(k, &empty, 2);
        refresh(k, k->routes[v]);
        k->used_at[v] = -1;
    }
    for (i32 i = 0; i < wishes; i++) {
        k->driver[i] = -1;
        k->waits_at[i] = i;
        k->waiting[i] = i;
        k->left_out += p->requests_of[i].worth;
    }
    k->waiting_count = (i32)wishes;
    k->most_used = (i32)vehicles;
    k->fruitless = 200 + 20 * wishes * wishes;
    keep_best(k);
    return k;
}

static void set_warmth(kernel *k, double warm, double cold) {
    i32 served = k->p.requests - k->waiting_count;
    double each = k->price / (served ? served : 1);
    k->warm = each * warm;
    k->cold = each * cold;
}

/* Start from these routes; 0 when one cannot be driven here: then everybody waits. */
EXPORT int kernel_load(kernel *k, const i32 *lengths, const i32 *tasks) {
    begin(k);
    for (i32 v = 0; v < k->p.vehicles; tasks += lengths[v++])
        if (lengths[v] && !put_route(k, v, tasks, lengths[v])) {
            undo(k);
            return 0;
        }
    forget(k);
    keep_best(k);
    return 1;
}

/* A first plan: everybody in turn, the most important and earliest first. */
EXPORT void kernel_construct(kernel *k) {
    begin(k);
    memcpy(k->gone, k->waiting, sizeof(i32) * (size_t)k->waiting_count);
    k->gone_count = k->waiting_count;
    if (recreate(k, 1)) {
        forget(k);
        keep_best(k);
    } else {
        undo(k);
    }
}

static int is_sound(kernel *k) {
    for (i32 i = 0; i < k->touched_count; i++) {
        const route *r = k->routes[k->touched[i]];
        const vehicle *v = vehicle_of(k, r);
        if (r->travel > v->longest_travel || (v->metres >= 0 && r->distance > v->longest_distance)) return 0;
        if (!r->is_strict) continue;
        for (i32 at = 1; at <= r->count; at++) k->line[at - 1] = r->nodes[at].task;
        if (!can_be_timed(k, v, k->line, r->count)) return 0;
    }
    return 1;
}

static int is_better(const kernel *k) {
    if (k->left_out != k->best_left_out) return k->left_out < k->best_left_out;
    if (k->p.by_vehicles && k->used_count != k->best_used) return k->used_count < k->best_used;
    return k->price < k->best_price - TINY;
}

static i64 missed(const kernel *k, const i32 *waiting, i32 count) {
    i64 sum = 0;
    for (i32 i = 0; i < count; i++) sum += k->misses[waiting[i]] * k->p.requests_of[waiting[i]].worth;
    return sum;
}

static int is_welcome(kernel *k, i32 used_before, double warmth) {
    if (k->left_out < k->kept_left_out) return 1;
    if (k->is_bold && missed(k, k->waiting, k->waiting_count) < missed(k, k->kept_waiting, k->kept_waiting_count)) return 1;
    if (k->left_out > k->kept_left_out) return 0;
    if (k->p.by_vehicles && !k->is_reducing && k->used_count != used_before) return k->used_count < used_before;
    return k->price < k->kept_price - warmth * log(1.0 - chance(k));
}

static int attempt(kernel *k, double warmth) {
    i32 used_before = k->used_count;
    k->steps++;
    k->since++;
    begin(k);
    int whole = ruin(k) && recreate(k, 0);
    if (whole && k->is_bold)
        for (i32 i = 0; i < k->waiting_count; i++) k->misses[k->waiting[i]]++;
    if (!whole || !is_welcome(k, used_before, warmth) || !is_sound(k)) {
        undo(k);
        return 0;
    }
    forget(k);
    if (!is_better(k)) return 0;
    keep_best(k);
    k->since = 0;
    return 1;
}

/* Take a vehicle away: the one whose requests were the easiest to place so far. */
static void drop_route(kernel *k) {
    i32 chosen = -1;
    double least = INFINITE;
    for (i32 i = 0; i < k->used_count; i++) {
        const route *r = k->routes[k->used[i]];
        double sum = chance(k);
        for (i32 at = 1; at <= r->count; at++) sum += 1 + (double)k->misses[k->p.tasks_of[r->nodes[at].task].request];
        if (sum < least) {
            least = sum;
            chosen = k->used[i];
        }
    }
    if (chosen < 0) return;
    k->most_used = k->used_count - 1;
    begin(k);
    if (clear_route(k, chosen)) forget(k);
    else undo(k);
}

static void reload_best(kernel *k) {
    i32 *lengths = malloc(sizeof(i32) * (size_t)k->p.vehicles), *tasks = malloc(sizeof(i32) * (size_t)k->p.tasks);
    memcpy(lengths, k->best_lengths, sizeof(i32) * (size_t)k->p.vehicles);
    memcpy(tasks, k->best_tasks, sizeof(i32) * (size_t)k->p.tasks);
    begin(k);
    while (k->used_count) clear_route(k, k->used[0]);
    forget(k);
    k->gone_count = 0;
    kernel_load(k, lengths, tasks);
    free(lengths);
    free(tasks);
}

/* Cool down once more from the best plan. */
static void reheat(kernel *k, double clock) {
    k->fruitless_rounds = k->since >= k->steps - k->round_from ? k->fruitless_rounds + 1 : 0;
    k->round_from = k->steps;
    k->round_began = clock;
    reload_best(k);
}

/* Take vehicles away at first, while fewer come first; weigh who waits; then only better ones, and a little worse. */
static void set_course(kernel *k, double past, double warm, double cold) {
    if (k->p.by_vehicles && past < REDUCING && k->used_count > 1 && !k->is_reducing && k->steps == 0) {
        k->is_reducing = 1;
        drop_route(k);
    } else if (k->is_reducing && past >= REDUCING) {
        k->is_reducing = 0;
        k->most_used = k->p.vehicles;
        reload_best(k);
        set_warmth(k, warm, cold);
    }
    int is_bold = past < BOLD;
    if (k->is_bold && !is_bold) reload_best(k);
    k->is_bold = is_bold;
}

/* Go on until `report_at` when something better was found, else to the end: the search lasts until `until` or, in all its
 * runs together, for `all_steps` (0: they are not counted). It cools down in rounds; a small problem has many. */
EXPORT int kernel_run(kernel *k, double until, double report_at, i64 all_steps, double warm, double cold) {
    int found = 0;
    i64 round = (i64)ROUND * k->p.requests;
    if (!k->p.requests) return DONE;
    if (!k->warm) {
        set_warmth(k, warm, cold);
        k->round_began = now();
    }
    while (k->fruitless_rounds < FRUITLESS_ROUNDS && (k->p.requests > FEW || k->since < k->fruitless)) {
        double clock = now();
        if (clock >= until || (all_steps && k->steps >= all_steps)) break;
        if (found && clock >= report_at) return found;
        if (k->steps - k->round_from >= round) reheat(k, clock);
        i64 left = all_steps ? all_steps - k->round_from : INT64_MAX;
        double past = (double)(k->steps - k->round_from) / (double)(left < round ? left : round);
        double timed = all_steps ? 0 : (clock - k->round_began) / (until - k->round_began);
        if (timed > past) past = timed;
        set_course(k, past, warm, cold);
        if (k->is_reducing) past = 0.5 + past / 2;
        double warmth = k->warm > 0 ? k->warm * pow(k->cold / k->warm, past < 1 ? past : 1) : 0;
        if (attempt(k, warmth)) {
            found = BETTER;
            if (k->is_reducing && k->used_count > 1) drop_route(k);
        }
    }
    return found | DONE;
}

EXPORT void kernel_best(const kernel *k, i32 *lengths, i32 *tasks) {
    memcpy(lengths, k->best_lengths, sizeof(i32) * (size_t)k->p.vehicles);
    memcpy(tasks, k->best_tasks, sizeof(i32) * (size_t)k->p.tasks);
}

EXPORT i64 kernel_steps(const kernel *k) { return k->steps; }

/* Sizes Python must agree with. */
EXPORT i64 kernel_shape(void) {
    return (i64)(sizeof(window) + 100 * (sizeof(task) + 100 * (sizeof(request) + 100 * (sizeof(rest) + 1000 * sizeof(vehicle)))));
}
