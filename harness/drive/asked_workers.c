// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/asked_workers.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/memory.h"
#include "drive/caller_step.h"

void asked_workers_init(struct asked_workers *a, const struct caller_context *c)
{
	*a = (struct asked_workers){
		.is_gone = memory_alloc(c->n_targets, sizeof(*a->is_gone)),
		.n = c->n_targets,
		.n_alive = c->n_targets,
	};
}

void asked_workers_done(struct asked_workers *a)
{
	free(a->is_gone);
	*a = (struct asked_workers){0};
}

size_t asked_workers_choose(struct asked_workers *a)
{
	for (;;) {
		if (a->next == a->n) {
			a->next = 0;
			a->rounds++;
		}
		if (!a->is_gone[a->next++])
			return a->next - 1;
	}
}

void asked_workers_drop(struct asked_workers *a, struct caller_context *c, size_t which, int error,
			const char *what)
{
	char text[160];

	(void)snprintf(text, sizeof(text),
		       "process %d does not answer (%s): its pages are not %s any more",
		       (int)c->targets[which].pid, errno_name(error), what);
	if (c->hooks->fault)
		c->hooks->fault(c->hooks->context, text);
	a->is_gone[which] = true;
	a->n_alive--;
	c->is_done = a->n_alive == 0;
}
