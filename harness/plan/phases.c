// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/phases.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"
#include "plan/profile_keys.h"

/* Beyond an attempt's deadline: the write has to notice the signal, the block has to come back. */
#define ATTEMPT_GRACE_NS (30 * NS_PER_S)
#define LONGEST_NS (1ULL << 53)

uint64_t phases_rung_bound_ns(const struct profile *p, enum driven_by driver)
{
	uint64_t attempt_ns = p->offline_deadline_ns + ATTEMPT_GRACE_NS + p->offline_pause_ns;

	if (driver != DRIVEN_BY_OFFLINE || p->offline_cycles == 0)
		return p->rung_duration_ns;
	if (attempt_ns > LONGEST_NS / p->offline_cycles)
		return LONGEST_NS;
	return attempt_ns * p->offline_cycles;
}

static bool is_driven_in(const struct plan_phase *phase, enum driven_by driven_by)
{
	switch (driven_by) {
	case DRIVEN_BY_NONE:
		return false;
	case DRIVEN_BY_OFFLINE:
		return phase->offline;
	case DRIVEN_BY_MOVE_PAGES:
		return phase->move_pages;
	default:
		return phase->callers[driven_by - DRIVEN_BY_CALLER(0)];
	}
}

/* The groups that belong into the phase, with the rung's counts, and their faulters. */
static void add_workers(struct plan_phase *phase, const struct profile *p)
{
	const struct profile_rung *rung = phase->rung < 0 ? NULL : &p->rungs[phase->rung];

	for (size_t i = 0; i < p->n_workers; i++) {
		const struct profile_workers *from = &p->workers[i];
		bool is_driven = is_driven_in(phase, from->driven_by);
		struct profile_workers *to;

		if (!is_driven && from->driven_by != DRIVEN_BY_NONE)
			continue;
		to = &phase->workers[phase->n_workers++];
		*to = *from;
		if (is_driven && rung) {
			to->processes = rung->processes;
			to->threads = rung->threads;
		}
		if (is_driven)
			phase->faulters += to->processes * to->threads;
	}
}

static void add_phase(struct plan *plan, const struct plan_phase *phase)
{
	const struct profile *p = plan->profile;
	uint64_t left_ns = p->duration_ns;
	struct plan_phase *added;

	for (size_t i = 0; i < plan->n_phases; i++)
		left_ns -= plan->phases[i].duration_ns;
	if (left_ns == 0) {
		plan->n_left_out++;
		return;
	}
	plan->phases = memory_grow(plan->phases, plan->n_phases + 1, sizeof(*plan->phases));
	added = &plan->phases[plan->n_phases++];
	*added = *phase;
	if (added->duration_ns > left_ns)
		added->duration_ns = left_ns;
	add_workers(added, p);
}

static void add_rung(struct plan *plan, int32_t rung, enum driven_by driver)
{
	const struct profile *p = plan->profile;
	bool is_offline = driver == DRIVEN_BY_OFFLINE;
	struct plan_phase phase = {
		.rung = rung,
		.offline = is_offline,
		.move_pages = !is_offline,
		.offline_cycles = is_offline ? p->offline_cycles : 0,
		.duration_ns = phases_rung_bound_ns(p, driver),
	};
	char text[PROFILE_RUNG_TEXT_SIZE];

	profile_rung_text(&p->rungs[rung], text);
	(void)snprintf(phase.name, sizeof(phase.name), "rung-%s-%s", text,
		       is_offline ? "offline" : "move-pages");
	add_phase(plan, &phase);
}

/* A phase for each driver of @soak, alone: what one does must not hide what another one does not. */
static void add_in_turn(struct plan *plan, const struct plan_phase *soak)
{
	size_t n = (size_t)soak->offline + soak->move_pages;

	for (int i = 0; i < CALLER_MAX; i++)
		n += soak->callers[i];
	for (int driver = DRIVEN_BY_OFFLINE; driver < DRIVEN_BY_MAX; driver++) {
		struct plan_phase phase = {.rung = -1, .duration_ns = soak->duration_ns / n};

		if (!is_driven_in(soak, (enum driven_by)driver))
			continue;
		if (driver == DRIVEN_BY_OFFLINE) {
			phase.offline = true;
			phase.offline_cycles = soak->offline_cycles;
		} else if (driver == DRIVEN_BY_MOVE_PAGES) {
			phase.move_pages = true;
		} else {
			phase.callers[driver - DRIVEN_BY_CALLER(0)] = true;
		}
		(void)snprintf(phase.name, sizeof(phase.name), "%s",
			       driven_by_name((enum driven_by)driver));
		add_phase(plan, &phase);
	}
}

void phases_make(struct plan *plan, bool can_offline, bool can_move)
{
	const struct profile *p = plan->profile;
	struct plan_phase soak = {
		.name = "soak",
		.rung = -1,
		.offline = can_offline,
		.move_pages = can_move,
		.offline_cycles = can_offline ? p->offline_cycles : 0,
		.duration_ns = p->duration_ns,
	};

	for (int i = 0; i < CALLER_MAX; i++)
		soak.callers[i] = plan_can_call(plan, (enum caller)i);
	if (p->scenario != SCENARIO_NONE && !p->drivers_together && p->n_rungs == 0)
		add_in_turn(plan, &soak);
	else if (p->n_rungs == 0)
		add_phase(plan, &soak);
	for (size_t i = 0; i < p->n_rungs; i++) {
		if (can_move)
			add_rung(plan, (int32_t)i, DRIVEN_BY_MOVE_PAGES);
		if (can_offline)
			add_rung(plan, (int32_t)i, DRIVEN_BY_OFFLINE);
	}
}
