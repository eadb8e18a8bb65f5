/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For steps whose call acts on its own process, so that the workers make it: which of them is asked
 * next, and who answers no more.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct caller_context;

struct asked_workers {
	bool *is_gone; /* of each target: it does not answer any more; owned */
	size_t n, n_alive;
	size_t next;
	uint64_t rounds; /* that are over */
};

/* Of all targets of @c. */
void asked_workers_init(struct asked_workers *a, const struct caller_context *c);
void asked_workers_done(struct asked_workers *a);

/* The next one that answers. One must be left. */
size_t asked_workers_choose(struct asked_workers *a);

/*
 * @which answered with @error (-ESRCH, -ETIMEDOUT): it is asked no more, and that is a fault. @what is no
 * longer done with its pages: "bound". Without any that is left the step is done.
 */
void asked_workers_drop(struct asked_workers *a, struct caller_context *c, size_t which, int error,
			const char *what);
