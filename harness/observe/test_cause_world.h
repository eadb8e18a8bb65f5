/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages, tasks and probes for the tests of the programs of causes; of x86-64, whose registers these
 * are. */
#pragma once

#include <asm/ptrace.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "observe/bpf_text.h"
#include "observe/cause_evidence.h"
#include "observe/test_bpf_machine.h"
#include "observe/test_observe.h"

enum { TASKS, PAGES, MOVES, CPUS, FIGURES };
enum { MOVER = 100, ANN, BOB };
#define ANONYMOUS 0x1001ULL /* what `mapping` may be */
#define CACHED 0x2000ULL
#define POINTER 0xffff888000001000ULL

struct world {
	struct machine m;
	struct bpf_text programs[CAUSE_PROGRAMS];
};

/* A struct page: words of 8 bytes, and the reference count at 52. */
struct page {
	uint64_t words[8];
};

static inline struct page page_of(uint64_t mapping, uint64_t private, uint32_t references)
{
	struct page p = {.words = {[3] = mapping, [5] = private}};

	memcpy((char *)&p + 52, &references, sizeof(references));
	return p;
}

static inline int set_up(void **state)
{
	static const struct cause_maps maps = {TASKS, PAGES, MOVES, CPUS, FIGURES};
	struct world *w = memory_alloc(1, sizeof(*w));

	w->m.maps[TASKS] = (struct machine_map){8, sizeof(struct cause_task), .n_max = 8};
	w->m.maps[PAGES] = (struct machine_map){8, sizeof(struct cause_page), .n_max = 60};
	w->m.maps[MOVES] = (struct machine_map){8, sizeof(struct cause_move), .n_max = 8};
	w->m.maps[CPUS] = (struct machine_map){4, sizeof(struct cause_cpu), .is_array = true};
	w->m.maps[FIGURES] =
		(struct machine_map){4, sizeof(struct cause_figures), .is_array = true};
	for (int i = 0; i < CAUSE_PROGRAMS; i++)
		assert_int_equal(cause_program_write((enum cause_program)i, &maps, &w->programs[i]),
				 0);
	*state = w;
	return 0;
}

static inline int tear_down(void **state)
{
	free(*state);
	return 0;
}

static inline struct cause_figures *figures(struct world *w)
{
	uint32_t key = 0;

	return machine_entry(&w->m, FIGURES, &key);
}

/* Thread @thread comes by a probe. Each event is a moment later than the one before. */
static inline void hit(struct world *w, uint64_t thread, enum cause_program program,
		       struct pt_regs registers)
{
	w->m.thread = thread;
	w->m.now_ns++;
	assert_int_equal(machine_run(&w->m, &w->programs[program], &registers), 0);
}

static inline void on_page(struct world *w, uint64_t thread, enum cause_program program,
			   struct page *page)
{
	hit(w, thread, program, (struct pt_regs){.rdi = (uint64_t)(uintptr_t)page});
}

static inline void begin_move(struct world *w, struct page *page)
{
	hit(w, MOVER, CAUSE_MOVE_ENTRY,
	    (struct pt_regs){.rdi = 1, .rsi = (uint64_t)(uintptr_t)page});
}

static inline void end_move(struct world *w, int returned)
{
	hit(w, MOVER, CAUSE_MOVE_RETURN, (struct pt_regs){.rax = (uint32_t)returned});
}

/* What has been counted since the last such look, which must be one EAGAIN, of this cause. */
static inline void assert_cause(struct world *w, enum eagain_cause wanted)
{
	uint64_t counts[EAGAIN_CAUSES];

	eagain_causes_count(figures(w), counts);
	for (int i = 0; i < EAGAIN_CAUSES; i++)
		if (counts[i] != (i == (int)wanted))
			fail_msg("%s is %llu, wanted one of %s",
				 eagain_cause_name((enum eagain_cause)i),
				 (unsigned long long)counts[i], eagain_cause_name(wanted));
	memset(figures(w)->seen, 0, sizeof(figures(w)->seen));
	figures(w)->unread = figures(w)->undone = figures(w)->undone_unlocked = 0;
}

static inline void fail_once(struct world *w, struct page *page, enum eagain_cause wanted)
{
	begin_move(w, page);
	end_move(w, -EAGAIN);
	assert_cause(w, wanted);
}
