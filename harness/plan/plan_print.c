// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan for people. */
#include <inttypes.h>

#include "base/units.h"
#include "plan/plan.h"

/* So many blocks of the order are worth reading; --json has them all. */
#define MAX_SHOWN 48

static void print_workers(const struct profile_workers *w, FILE *out)
{
	(void)fprintf(out, "       %-12s %s, %s, %" PRIu32 " process%s of %" PRIu32
			   " thread%s, %" PRIu32 " page%s, driven by %s\n",
		      w->name, w->workload, workload_kind_name(w->kind), w->processes,
		      w->processes == 1 ? "" : "es", w->threads, w->threads == 1 ? "" : "s",
		      w->pages, w->pages == 1 ? "" : "s", driven_by_name(w->driven_by));
}

static void print_driver(const char *name, const char **and, FILE *out)
{
	(void)fprintf(out, "%s%s", *and, name);
	*and = " and ";
}

static void print_phase(const struct plan_phase *phase, size_t number, FILE *out)
{
	const char *and = "";
	char duration[32];

	units_format_duration(phase->duration_ns, duration, sizeof(duration));
	(void)fprintf(out, "  %2zu. %s: ", number, phase->name);
	if (phase->offline)
		print_driver("offline", &and, out);
	if (phase->move_pages)
		print_driver("move_pages", &and, out);
	for (int i = 0; i < CALLER_MAX; i++)
		if (phase->callers[i])
			print_driver(caller_name((enum caller)i), &and, out);
	(void)fprintf(out, ", at most %s", duration);
	if (phase->offline_cycles)
		(void)fprintf(out, " or %" PRIu32 " attempts", phase->offline_cycles);
	(void)fprintf(out, ", %" PRIu32 " faulter%s\n", phase->faulters,
		      phase->faulters == 1 ? "" : "s");
	for (size_t i = 0; i < phase->n_workers; i++)
		print_workers(&phase->workers[i], out);
}

static void print_blocks(const struct plan *plan, FILE *out)
{
	size_t shown = plan->n_blocks < MAX_SHOWN ? plan->n_blocks : MAX_SHOWN;

	if (plan->n_blocks == 0) {
		(void)fputs("No block can be attempted\n", out);
		return;
	}
	(void)fprintf(out, "Blocks, in this order (%zu):", plan->n_blocks);
	for (size_t i = 0; i < shown; i++)
		(void)fprintf(out, "%s%" PRIu32, i % 16 ? " " : "\n  ", plan->blocks[i].id);
	if (shown < plan->n_blocks)
		(void)fprintf(out, "\n  ... and %zu more (--json has them all)",
			      plan->n_blocks - shown);
	(void)fputc('\n', out);
}

/* The ids that are refused for one reason, as ranges "0-3 8 11-12". */
static void print_ranges(const struct plan *plan, enum block_refusal refusal, FILE *out)
{
	for (size_t i = 0; i < plan->n_refusals; i++) {
		size_t from = i;

		if (plan->refusals[i].refusal != refusal)
			continue;
		while (i + 1 < plan->n_refusals && plan->refusals[i + 1].refusal == refusal &&
		       plan->refusals[i + 1].id == plan->refusals[i].id + 1)
			i++;
		(void)fprintf(out, i == from ? " %" PRIu32 : " %" PRIu32 "-%" PRIu32,
			      plan->refusals[from].id, plan->refusals[i].id);
	}
}

static void print_refusals(const struct plan *plan, FILE *out)
{
	size_t counts[REFUSED_MAX] = {0};

	for (size_t i = 0; i < plan->n_refusals; i++)
		counts[plan->refusals[i].refusal]++;
	if (plan->n_refusals > 0)
		(void)fprintf(out, "Not attempted (%zu):\n", plan->n_refusals);
	for (unsigned int r = 0; r < REFUSED_MAX; r++) {
		if (counts[r] == 0)
			continue;
		(void)fprintf(out, "  %zu, because %s:", counts[r],
			      block_refusal_text((enum block_refusal)r));
		print_ranges(plan, (enum block_refusal)r, out);
		(void)fputc('\n', out);
	}
}

static void print_stress_ng(const struct profile_stress_ng *s, FILE *out)
{
	char bytes[32];

	units_format_bytes(s->memory_bytes, bytes, sizeof(bytes));
	(void)fputs("Beside  stress-ng", out);
	for (size_t i = 0; i < s->n_stressors; i++)
		(void)fprintf(out, "%s %s x%" PRIu32, i ? "," : "", s->stressors[i].name,
			      s->stressors[i].instances);
	(void)fprintf(out, "%s%s, with %s more for the workers' cgroup\n", s->options[0] ? ": " : "",
		      s->options, bytes);
}

static void print_head(const struct plan *plan, FILE *out)
{
	(void)fprintf(out, "Profile %s (%s), seed %" PRIu64 "\n", plan->profile->name,
		      plan->profile->path, plan->seed);
}

void plan_print_skip(const struct plan *plan, const char *why, FILE *out)
{
	print_head(plan, out);
	(void)fprintf(out, "skip: %s\n", why);
}

void plan_print(const struct plan *plan, FILE *out)
{
	const struct profile *p = plan->profile;
	char reserve[32];

	units_format_bytes(plan->reserve_bytes, reserve, sizeof(reserve));
	print_head(plan, out);
	(void)fprintf(out, "Digest  %s\n", plan->digest);
	if (p->scenario != SCENARIO_NONE)
		(void)fprintf(out, "Judged  as scenario %s\n", scenario_name(p->scenario));
	if (p->stress_ng.is_there)
		print_stress_ng(&p->stress_ng, out);
	(void)fprintf(out, "Guard   %s stay free\nPhases:\n", reserve);
	for (size_t i = 0; i < plan->n_phases; i++)
		print_phase(&plan->phases[i], i + 1, out);
	if (plan->n_phases == 0)
		(void)fputs("  none\n", out);
	if (plan->n_left_out > 0)
		(void)fprintf(out, "  %zu more would not fit into the duration\n", plan->n_left_out);
	if (p->has_move_pages && plan->can_move)
		(void)fprintf(out, "Pages move between nodes %" PRIu32 " and %" PRIu32 "\n",
			      plan->move_nodes[0], plan->move_nodes[1]);
	else if (p->has_move_pages)
		(void)fprintf(out, "No pages move: %s\n", plan->cannot_move_why);
	if (p->has_offline)
		print_blocks(plan, out);
	print_refusals(plan, out);
}
