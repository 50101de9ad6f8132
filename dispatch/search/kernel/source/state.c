/* A plan in the making, and how an attempt is taken back. */
#include <string.h>

#include "kernel.h"

static void wait_for_place(kernel *k, i32 wish) {
    k->driver[wish] = -1;
    k->waits_at[wish] = k->waiting_count;
    k->waiting[k->waiting_count++] = wish;
    k->left_out += k->p.requests_of[wish].worth;
}

static void stop_waiting(kernel *k, i32 wish) {
    i32 at = k->waits_at[wish], last = k->waiting[--k->waiting_count];
    k->waiting[at] = last;
    k->waits_at[last] = at;
    k->waits_at[wish] = -1;
    k->left_out -= k->p.requests_of[wish].worth;
}

static void use(kernel *k, i32 v, int is_used) {
    i32 alike = k->p.fleet[v].alike;
    if (is_used && k->used_at[v] < 0) {
        k->used_at[v] = k->used_count;
        k->used[k->used_count++] = v;
        if (k->idle_of[alike] != v) return;
        k->idle_of[alike] = -1;
        for (i32 w = 0; w < k->p.vehicles && k->idle_of[alike] < 0; w++)
            if (k->p.fleet[w].alike == alike && k->used_at[w] < 0) k->idle_of[alike] = w;
    } else if (!is_used && k->used_at[v] >= 0) {
        i32 last = k->used[--k->used_count];
        k->used[k->used_at[v]] = last;
        k->used_at[last] = k->used_at[v];
        k->used_at[v] = -1;
        if (k->idle_of[alike] < 0 || v < k->idle_of[alike]) k->idle_of[alike] = v;
    }
}

void begin(kernel *k) {
    k->touched_count = k->gone_count = 0;
    k->kept_price = k->price;
    k->kept_left_out = k->left_out;
    k->kept_waiting_count = k->waiting_count;
    memcpy(k->kept_waiting, k->waiting, sizeof(i32) * (size_t)k->waiting_count);
}

/* The attempt is kept: what was before it is no longer needed. */
void forget(kernel *k) {
    for (i32 i = 0; i < k->touched_count; i++) {
        give_back(k, k->before[k->touched[i]]);
        k->before[k->touched[i]] = 0;
    }
    k->touched_count = 0;
}

void undo(kernel *k) {
    for (i32 i = 0; i < k->touched_count; i++) {
        i32 v = k->touched[i];
        give_back(k, k->routes[v]);
        k->routes[v] = k->before[v];
        k->before[v] = 0;
        for (i32 at = 1; at <= k->routes[v]->count; at++)
            k->driver[k->p.tasks_of[k->routes[v]->nodes[at].task].request] = v;
        use(k, v, k->routes[v]->count > 0);
    }
    for (i32 i = 0; i < k->waiting_count; i++) k->waits_at[k->waiting[i]] = -1;
    k->waiting_count = k->kept_waiting_count;
    memcpy(k->waiting, k->kept_waiting, sizeof(i32) * (size_t)k->waiting_count);
    for (i32 i = 0; i < k->waiting_count; i++) {
        k->waits_at[k->waiting[i]] = i;
        k->driver[k->waiting[i]] = -1;
    }
    k->price = k->kept_price;
    k->left_out = k->kept_left_out;
    k->touched_count = 0;
}

/* The route of a vehicle, to be changed in this attempt, with room for two more stops. */
route *changing(kernel *k, i32 v) {
    route *now = k->routes[v];
    if (!k->before[v]) {
        k->before[v] = now;
        k->touched[k->touched_count++] = v;
        k->routes[v] = copy_of(k, now, 2);
    } else if (now->room < now->count + 2) {
        k->routes[v] = copy_of(k, now, 2);
        give_back(k, now);
    }
    return k->routes[v];
}

/* Its stops are others now; 0 when they cannot be driven. */
int changed(kernel *k, i32 v, double price_before) {
    route *now = k->routes[v];
    int fits = refresh(k, now);
    k->price += now->price - price_before;
    use(k, v, now->count > 0);
    return fits;
}

int take_out(kernel *k, i32 v, const i32 *wishes, i32 count) {
    route *r = changing(k, v);
    double before = r->price;
    i32 to = 1;
    k->marks++;
    for (i32 i = 0; i < count; i++) {
        k->mark[wishes[i]] = k->marks;
        k->gone[k->gone_count++] = wishes[i];
        wait_for_place(k, wishes[i]);
    }
    for (i32 at = 1; at <= r->count; at++)
        if (k->mark[k->p.tasks_of[r->nodes[at].task].request] != k->marks) r->nodes[to++].task = r->nodes[at].task;
    r->count = to - 1;
    return changed(k, v, before);
}

int put_in(kernel *k, i32 v, i32 wish, offer place) {
    route *r = changing(k, v);
    const request *q = &k->p.requests_of[wish];
    double before = r->price;
    i32 more = q->first == q->last ? 1 : 2;
    for (i32 at = r->count; at > place.last; at--) r->nodes[at + more].task = r->nodes[at].task;
    if (more == 2) {
        r->nodes[place.last + 2].task = q->last;
        for (i32 at = place.last; at > place.first; at--) r->nodes[at + 1].task = r->nodes[at].task;
    }
    r->nodes[place.first + 1].task = q->first;
    r->count += more;
    stop_waiting(k, wish);
    k->driver[wish] = v;
    return changed(k, v, before);
}

/* A whole route for an idle vehicle, of requests that wait. */
int put_route(kernel *k, i32 v, const i32 *tasks, i32 count) {
    route *r = changing(k, v);
    if (r->room < count) {
        k->routes[v] = copy_of(k, r, count);
        give_back(k, r);
        r = k->routes[v];
    }
    r->count = count;
    for (i32 i = 0; i < count; i++) {
        const task *t = &k->p.tasks_of[tasks[i]];
        r->nodes[i + 1].task = tasks[i];
        if (t->kind == DELIVERY) continue;
        stop_waiting(k, t->request);
        k->driver[t->request] = v;
    }
    return changed(k, v, 0);
}

void keep_best(kernel *k) {
    i32 *to = k->best_tasks;
    k->price = 0; /* summed up anew: small errors of the attempts must not add up */
    for (i32 v = 0; v < k->p.vehicles; v++) {
        const route *r = k->routes[v];
        k->price += r->price;
        k->best_lengths[v] = r->count;
        for (i32 at = 1; at <= r->count; at++) *to++ = r->nodes[at].task;
    }
    k->best_price = k->price;
    k->best_left_out = k->left_out;
    k->best_used = k->used_count;
}
