// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_rig.h"

#include "drive/test_drive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "drive/test_wait.h"

#define FAR_AWAY_NS (2 * WAIT_PATIENCE_NS)

static void trace(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void trace(struct rig *rig, const char *format, ...)
{
	size_t used = strlen(rig->trace);
	va_list args;

	if (used > 0 && used < sizeof(rig->trace) - 2) {
		(void)strcpy(rig->trace + used, "; ");
		used += 2;
	}
	va_start(args, format);
	(void)vsnprintf(rig->trace + used, sizeof(rig->trace) - used, format, args);
	va_end(args);
}

static int on_intent(void *context, const char *operation, uint32_t block, enum zone zone)
{
	struct rig *rig = context;
	uint32_t *failing = strcmp(operation, "offline") == 0 ? &rig->failing_offline_intents
							      : &rig->failing_online_intents;
	bool fails = *failing & 1;

	fake_no_signal_please(true);
	trace(rig, "intent %s %u %s", operation, block, zone_name(zone));
	fake_no_signal_please(false);
	*failing >>= 1;
	return fails ? -ENOSPC : 0;
}

static void on_offline_done(void *context, const struct offline_event *event)
{
	struct rig *rig = context;

	trace(rig, "offline %u %s", event->block, errno_name(event->error));
	rig->offline[rig->n_offline++ % RIG_MAX] = *event;
}

static void on_online_done(void *context, const struct online_event *event)
{
	struct rig *rig = context;

	trace(rig, "online %u %s", event->block, event->restored ? "restored" : "not restored");
	rig->online[rig->n_online++ % RIG_MAX] = *event;
}

static void on_refused(void *context, const struct refused_event *event)
{
	struct rig *rig = context;

	trace(rig, "refused %u", event->block);
	rig->refused[rig->n_refused++ % RIG_MAX] = *event;
}

static void on_fault(void *context, const char *text)
{
	struct rig *rig = context;

	(void)snprintf(rig->faults[rig->n_faults++ % RIG_MAX], sizeof(rig->faults[0]), "%s", text);
}

static void on_aim(void *context, uint32_t block, uint32_t node, struct drive_aim *ret_aim)
{
	struct rig *rig = context;

	trace(rig, "aim %u node%u", block, node);
	*ret_aim = (struct drive_aim){.tried = true, .pages_wanted = 8, .pages_in_block = 7};
	atomic_store(&rig->is_aiming, true);
	while (atomic_load(&rig->aim_waits))
		(void)clock_sleep_ns(NS_PER_MS);
}

static void on_unaim(void *context)
{
	trace(context, "unaim");
}

static void on_counts(void *context, struct drive_counts *ret_counts)
{
	struct rig *rig = context;

	*ret_counts = (struct drive_counts){.has_attempts = true, .attempts = rig->counted};
	rig->counted += 3;
}

static bool on_guard_allows(void *context, uint64_t bytes)
{
	struct rig *rig = context;

	rig->guard_bytes = bytes;
	return !rig->guard_refuses;
}

static void on_write(void *context, const char *text, uint32_t block)
{
	trace(context, "write %s %u", text, block);
}

void rig_init(struct rig *rig, size_t n, uint32_t cycles)
{
	memset(rig, 0, sizeof(*rig));
	fake_sysfs_init(&rig->sys, n);
	rig->sys.on_write = on_write;
	rig->sys.context = rig;
	rig->profile.offline_movable_only = true;
	rig->profile.offline_deadline_ns = FAR_AWAY_NS;
	for (size_t i = 0; i < n; i++)
		rig->blocks[i] = (struct plan_block){
			.id = rig->sys.blocks[i].id,
			.node = rig->sys.blocks[i].node,
			.zone = rig->sys.blocks[i].zone,
		};
	rig->plan = (struct plan){.profile = &rig->profile, .blocks = rig->blocks, .n_blocks = n};
	rig->phase.offline = true;
	rig->phase.offline_cycles = cycles;
	rig->hooks = (struct drive_hooks){
		.context = rig,
		.intent = on_intent,
		.offline_done = on_offline_done,
		.online_done = on_online_done,
		.refused = on_refused,
		.fault = on_fault,
		.aim = on_aim,
		.unaim = on_unaim,
		.counts = on_counts,
		.guard_allows = on_guard_allows,
	};
	rig->counted = 100;
	fake_count_signals();
	rig_take_note(rig);
}

void rig_answer_offline(struct rig *rig, struct fake_answer answer)
{
	rig->sys.offline[rig->sys.n_offline++] = answer;
}

void rig_answer_online(struct rig *rig, struct fake_answer answer)
{
	rig->sys.online[rig->sys.n_online++] = answer;
}

void rig_take_note(struct rig *rig)
{
	fake_sysfs_text(&rig->sys, rig->memory_was, sizeof(rig->memory_was));
}

void rig_assert_as_before(const struct rig *rig)
{
	char is[sizeof(rig->memory_was)];

	fake_sysfs_text(&rig->sys, is, sizeof(is));
	assert_string_equal(is, rig->memory_was);
}

void rig_start(struct rig *rig, uint64_t first_attempt)
{
	rig->driver = offline_driver_start(&rig->sys.fs, &rig->plan, &rig->phase, first_attempt,
					   128 << 20, &rig->hooks, NULL);
	assert_non_null(rig->driver);
}

static bool has_ended_after_a_tick(struct rig *rig)
{
	offline_driver_tick(rig->driver);
	return offline_driver_has_ended(rig->driver);
}

uint64_t rig_finish(struct rig *rig)
{
	wait_until(has_ended_after_a_tick(rig));
	assert_int_equal(fake_signals_astray(), 0);
	return offline_driver_join(rig->driver);
}

uint64_t rig_run(struct rig *rig)
{
	rig_start(rig, 0);
	return rig_finish(rig);
}

void rig_wait_for_write(struct rig *rig)
{
	wait_until(atomic_load(&rig->sys.is_offlining));
}

uint64_t rig_shortest_gap_ns(const struct rig *rig, size_t first, size_t step)
{
	uint64_t shortest_ns = UINT64_MAX;

	assert_true(rig->n_offline <= RIG_MAX && first + 1 < rig->n_offline);
	for (size_t i = first; i + 1 < rig->n_offline; i += step) {
		const struct offline_event *event = &rig->offline[i];
		uint64_t gap_ns = event[1].start_ns - (event->start_ns + event->wall_ns);

		shortest_ns = gap_ns < shortest_ns ? gap_ns : shortest_ns;
	}
	return shortest_ns;
}
