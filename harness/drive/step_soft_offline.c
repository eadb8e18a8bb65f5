// SPDX-License-Identifier: GPL-2.0-or-later
/* Soft offline as a caller: one injection a call, until the budget of pages is used up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"
#include "base/memory.h"
#include "drive/caller_step.h"
#include "drive/soft_offline.h"

#define DRIVER_NICE (-10)

struct injector {
	struct soft_offline s;
	struct soft_offline_target *targets;
	bool is_urgent;
};

static void soft_offline_close(struct caller_context *c)
{
	struct injector *own = c->own;

	free(own->targets);
	free(own);
}

static int soft_offline_open(struct caller_context *c, struct err *e)
{
	const struct soft_offline_hooks *hooks = c->hooks->soft_offline;
	struct injector *own;
	int r;

	if (!hooks || hooks->cannot_undo_why)
		return err_set(e, -EOPNOTSUPP,
			       "no page is soft-offlined here, it could not be undone: %s",
			       hooks ? hooks->cannot_undo_why : "nobody keeps its books");
	own = memory_alloc(1, sizeof(*own));
	own->targets = memory_alloc(c->n_targets, sizeof(*own->targets));
	for (size_t i = 0; i < c->n_targets; i++)
		own->targets[i] = (struct soft_offline_target){
			.pid = c->targets[i].pid,
			.base_address = c->targets[i].base_address,
			.pages = c->targets[i].pages,
			.page_size = c->targets[i].page_size,
			.group = c->targets[i].group,
			.kind = c->targets[i].kind,
			.is_file = strcmp(c->targets[i].kind,
					  workload_kind_name(KIND_MAPPED_FILE)) == 0,
		};
	own->s.hooks = *hooks;
	own->s.targets = own->targets;
	own->s.n_targets = c->n_targets;
	own->s.budget = c->options->pages;
	own->s.plain_only = c->options->plain_only;
	poison_kernel_init(&own->s.kernel, c->fs);
	c->own = own;
	r = soft_offline_begin(&own->s, e);
	if (r < 0)
		soft_offline_close(c);
	return r;
}

static int soft_offline_call(struct caller_context *c)
{
	struct injector *own = c->own;
	uint64_t before = own->s.number;
	int r;

	/* It works in short steps between two waits, beside threads that use all the CPU there is.
	 */
	if (!own->is_urgent)
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), DRIVER_NICE);
	own->is_urgent = true;
	r = soft_offline_step(&own->s);

	c->is_done = r <= 0 || own->s.budget == 0;
	return own->s.number > before ? own->s.last_error : r < 0 ? -r : 0;
}

const struct caller_step step_soft_offline = {
	.open = soft_offline_open,
	.begin = caller_count_targets, /* half of the injections are made by the processes themselves */
	.call = soft_offline_call,
	.close = soft_offline_close,
};
