// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_fake_poison.h"

#include "drive/test_drive.h"

#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>

static uint64_t *page_of(struct fake_poison *f, uint64_t address)
{
	if (address == FAKE_SCRATCH)
		return &f->scratch;
	assert_in_range(address, FAKE_BASE, FAKE_BASE + FAKE_PAGES * FAKE_PAGE - 1);
	return &f->frames[(address - FAKE_BASE) / FAKE_PAGE];
}

static int fake_frame(const struct poison_kernel *k, pid_t pid, uint64_t address, uint64_t *ret)
{
	struct fake_poison *f = k->context;

	assert_int_equal(pid, 77);
	*ret = *page_of(f, address);
	return f->hides_frames ? -EPERM : 0;
}

static int fake_flags(const struct poison_kernel *k, uint64_t frame, uint64_t *ret)
{
	const struct fake_poison *f = k->context;

	assert_true(frame < FAKE_FRAMES);
	*ret = (f->poisoned[frame] ? 1ULL << KPF_HWPOISON : 0) |
	       (f->is_hugetlb ? 1ULL << KPF_HUGE : 0);
	return 0;
}

static int fake_pool(const struct poison_kernel *k, uint64_t *ret_pages)
{
	struct fake_poison *f = k->context;

	*ret_pages = 8;
	if (f->injections > 0 && f->late_pool_reads && f->late_pool_reads--)
		++*ret_pages;
	return 0;
}

static int fake_corrupted(const struct poison_kernel *k, uint64_t *ret)
{
	*ret = ((const struct fake_poison *)k->context)->corrupted;
	return 0;
}

static void poison(struct fake_poison *f, uint64_t frame)
{
	f->poisoned[frame] = true;
	f->corrupted += FAKE_PAGE;
}

static int fake_inject(struct fake_poison *f, uint64_t frame, bool no_memory)
{
	bool is_free = f->is_free;
	uint64_t *page = NULL;

	assert_true(f->is_in_ledger);
	f->is_in_ledger = false;
	f->injections++;
	f->is_free = false;
	if (f->poisoned[frame])
		return 0;
	for (size_t i = 0; i < FAKE_PAGES; i++)
		if (f->frames[i] == frame)
			page = &f->frames[i];
	if (no_memory || f->is_held || f->plain_answer) {
		if (f->counts_failures && no_memory)
			poison(f, frame);
		return no_memory ? -ENOMEM : f->is_held ? -EBUSY : f->plain_answer;
	}
	assert_true(is_free != (page != NULL));
	poison(f, frame);
	if (page)
		*page = f->next_frame++;
	return 0;
}

static int fake_soft_offline(const struct poison_kernel *k, uint64_t frame, bool no_memory)
{
	return fake_inject(k->context, frame, no_memory);
}

static int fake_unpoison(const struct poison_kernel *k, uint64_t frame)
{
	struct fake_poison *f = k->context;

	if (f->busy_unpoisons && f->busy_unpoisons--)
		return -EBUSY;
	if (f->keeps_poison)
		return 0;
	f->poisoned[frame] = false;
	f->corrupted -= FAKE_PAGE;
	return 0;
}

static int on_ledger(void *context, const struct soft_offline_injection *i)
{
	struct fake_poison *f = context;
	uint64_t before = f->corrupted;

	if (f->failing_ledgers && f->failing_ledgers--)
		return -ENOSPC;
	assert_int_equal(i->corrupted_before_bytes, before);
	assert_int_equal(i->was_poisoned, f->poisoned[i->frame]);
	f->is_in_ledger = true;
	f->ledgers++;
	return 0;
}

static void on_done(void *context, const struct soft_offline_injection *i)
{
	struct fake_poison *f = context;

	assert_true(!f->is_held || f->failing_task == SOFT_OFFLINE_TASK_RELEASE);
	assert_true(f->n_told < FAKE_ALL);
	f->told[f->n_told++] = *i;
}

static int on_ask(void *context, const struct soft_offline_target *target,
		  enum soft_offline_task task, uint64_t address, uint64_t *ret_address)
{
	struct fake_poison *f = context;

	assert_ptr_equal(target, &f->target);
	if (f->ask_fails && task == f->failing_task)
		return f->ask_fails;
	switch (task) {
	case SOFT_OFFLINE_TASK_INJECT:
	case SOFT_OFFLINE_TASK_INJECT_NO_MEMORY:
		return fake_inject(f, *page_of(f, address),
				   task == SOFT_OFFLINE_TASK_INJECT_NO_MEMORY);
	case SOFT_OFFLINE_TASK_HOLD:
	case SOFT_OFFLINE_TASK_RELEASE:
		f->is_held = task == SOFT_OFFLINE_TASK_HOLD;
		return 0;
	case SOFT_OFFLINE_TASK_CHECK:
		return f->changes_content ? -EILSEQ : 0;
	case SOFT_OFFLINE_TASK_SCRATCH:
		*ret_address = FAKE_SCRATCH;
		f->scratch = f->next_frame++;
		return 0;
	case SOFT_OFFLINE_TASK_SCRATCH_FREE:
		f->is_free = true;
		return 0;
	default:
		return 0;
	}
}

static int32_t on_node_of(void *context, uint64_t frame)
{
	(void)context;
	return frame < 128 ? 3 : -1;
}

static void on_fault(void *context, const char *text)
{
	struct fake_poison *f = context;

	(void)snprintf(f->fault, sizeof(f->fault), "%s", text);
}

void fake_poison_init(struct fake_poison *f, uint64_t budget)
{
	memset(f, 0, sizeof(*f));
	for (size_t i = 0; i < FAKE_PAGES; i++)
		f->frames[i] = 100 + i;
	f->next_frame = 1000;
	f->kernel = (struct poison_kernel){
		.page_size = FAKE_PAGE,
		.context = f,
		.frame = fake_frame,
		.flags = fake_flags,
		.corrupted = fake_corrupted,
		.pool = fake_pool,
		.soft_offline = fake_soft_offline,
		.unpoison = fake_unpoison,
	};
	f->target = (struct soft_offline_target){
		.pid = 77,
		.base_address = FAKE_BASE,
		.pages = FAKE_PAGES,
		.page_size = FAKE_PAGE,
		.group = "hot",
		.kind = "private-anonymous",
	};
	f->s = (struct soft_offline){
		.kernel = f->kernel,
		.hooks = {.context = f,
			  .ledger = on_ledger,
			  .done = on_done,
			  .ask = on_ask,
			  .fault = on_fault,
			  .node_of = on_node_of,
			  .can_fail_allocations = true},
		.targets = &f->target,
		.n_targets = 1,
		.budget = budget,
	};
	assert_int_equal(soft_offline_begin(&f->s, NULL), 0);
}
