// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_poison.h"

#include "base/err.h"
#include "record/recorder.h"

static void set_owner(struct jsonw *o, const struct soft_offline_injection *i)
{
	if (!i->target)
		return;
	jsonw_set_int(o, "pid", i->target->pid);
	jsonw_set_uint(o, "address", i->address);
	jsonw_set_string(o, "group", i->target->group);
	jsonw_set_string(o, "kind", i->target->kind);
}

int record_soft_offline_intent(struct recorder *r, const struct soft_offline_injection *i)
{
	struct jsonw *o = record_new("soft_offline_intent");

	jsonw_set_uint(o, "number", i->number);
	jsonw_set_string(o, "case", soft_offline_case_name(i->which));
	jsonw_set_string(o, "way", soft_offline_way_name(i->way));
	jsonw_set_string(o, "expected", soft_offline_expected(i));
	jsonw_set_uint(o, "frame", i->frame);
	if (i->node >= 0)
		jsonw_set_int(o, "node", i->node);
	set_owner(o, i);
	jsonw_set_bool(o, "was_poisoned", i->was_poisoned);
	jsonw_set_bool(o, "was_huge", i->was_huge);
	return record_put_through(r, o);
}

void record_soft_offline(struct recorder *r, const struct soft_offline_injection *i)
{
	struct jsonw *o = record_new("soft_offline");

	jsonw_set_uint(o, "number", i->number);
	jsonw_set_uint(o, "frame", i->frame);
	jsonw_set_string(o, "error", errno_name(i->error));
	jsonw_set_int(o, "errno", i->error);
	jsonw_set_uint(o, "wall_ns", i->wall_ns);
	if (i->knows_corrupted) {
		jsonw_set_uint(o, "corrupted_before_bytes", i->corrupted_before_bytes);
		jsonw_set_uint(o, "corrupted_after_bytes", i->corrupted_after_bytes);
	}
	if (i->knows_poisoned)
		jsonw_set_bool(o, "is_poisoned", i->is_poisoned);
	if (i->new_frame)
		jsonw_set_uint(o, "new_frame", i->new_frame);
	if (i->is_checked)
		jsonw_set_bool(o, "is_intact", i->is_intact);
	if (i->knows_new_huge)
		jsonw_set_bool(o, "is_huge", i->is_new_huge);
	if (i->knows_pool) {
		jsonw_set_uint(o, "pool_before_pages", i->pool_before_pages);
		jsonw_set_uint(o, "pool_after_pages", i->pool_after_pages);
	}
	record_put(r, o);
}

static void set_counted(struct jsonw *o, const struct record_poison *now)
{
	if (now->knows_corrupted)
		jsonw_set_uint(o, "corrupted_bytes", now->corrupted_bytes);
	if (now->knows_memory_failures)
		jsonw_set_uint(o, "memory_failures", now->memory_failures);
}

void record_poison_start(struct recorder *r, uint64_t budget, uint64_t page_size,
			 const char *no_fault_injection_why, const struct record_poison *now)
{
	struct jsonw *o = record_new("poison_start");

	jsonw_set_uint(o, "budget", budget);
	jsonw_set_uint(o, "page_size", page_size);
	if (no_fault_injection_why)
		jsonw_set_string(o, "no_fault_injection", no_fault_injection_why);
	set_counted(o, now);
	record_put(r, o);
}

void record_poison_end(struct recorder *r, uint64_t frames_left, const struct record_poison *now)
{
	struct jsonw *o = record_new("poison_end");

	jsonw_set_uint(o, "frames_left", frames_left);
	set_counted(o, now);
	record_put(r, o);
}

void record_unpoison(struct recorder *r, uint64_t frame, int error)
{
	struct jsonw *o = record_new("unpoison");

	jsonw_set_uint(o, "frame", frame);
	jsonw_set_string(o, "error", errno_name(error));
	record_put(r, o);
}

int record_prepared(struct recorder *r, const char *what, const char *name)
{
	struct jsonw *o = record_new("prepared");

	jsonw_set_string(o, "what", what);
	jsonw_set_string(o, "name", name);
	return record_put_through(r, o);
}

void record_prepared_undone(struct recorder *r, const char *what, const char *name, int error)
{
	struct jsonw *o = record_new("prepared_undone");

	jsonw_set_string(o, "what", what);
	jsonw_set_string(o, "name", name);
	if (error)
		jsonw_set_string(o, "error", errno_name(error));
	record_put(r, o);
}
