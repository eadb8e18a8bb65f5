// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the kernel begins its reports, from 4.18 to 7.x; where a wording changed both are here.
 *
 * kernel/watchdog.c (soft lockup: "watchdog: " since 4.12, "NMI watchdog: " before; hard lockup: the
 * other way round until 6.4), arch/powerpc/kernel/watchdog.c, kernel/rcu/tree_stall.h ("rcu: " since
 * 4.19), kernel/rcu/tree_exp.h, kernel/rcu/tasks.h, kernel/hung_task.c, kernel/workqueue.c,
 * kernel/locking/{spinlock_debug,lockdep}.c, kernel/panic.c, lib/list_debug.c, arch/x86/mm/fault.c,
 * arch/{x86,arm,arm64,powerpc,s390,riscv}/kernel/traps.c, mm/page_alloc.c, mm/memory.c, mm/debug.c,
 * mm/memory_hotplug.c, mm/memory-failure.c, mm/oom_kill.c, mm/{kasan,kmsan,kfence}/report.c,
 * kernel/kcsan/report.c, lib/ubsan.c, kernel/sched/core.c.
 */
#include "observe/kmsg_headers.h"

#include "base/cleanup.h"

#define DYING                                                                                      \
	(KIND_BIT(KMSG_OOPS) | KIND_BIT(KMSG_KERNEL_BUG) | KIND_BIT(KMSG_LIST_CORRUPTION) |        \
	 KIND_BIT(KMSG_KASAN))
#define LIST KIND_BIT(KMSG_LIST_CORRUPTION)
#define DUMPED (KIND_BIT(KMSG_MIGRATION_FAILURE) | KIND_BIT(KMSG_BAD_PAGE) | KIND_BIT(KMSG_KASAN))

/* The first that fits counts: the particular before the general. */
static const struct header headers[] = {
	{"watchdog: CPU", .kind = KMSG_HARD_LOCKUP, .take = take_watchdog_cpu, .is_unmistakable = true},
	{"watchdog: ", .action = HEADER_PREFIX},
	{"NMI watchdog: ", .action = HEADER_PREFIX},
	{"rcu: ", .action = HEADER_PREFIX},
	{"traps: PANIC: ", .kind = KMSG_OOPS},
	{"[ BUG: ", .kind = KMSG_LOCKDEP, .take = take_lockdep},
	{"[ INFO: ", .kind = KMSG_LOCKDEP, .take = take_lockdep},
	{"Calibrating delay", .kind = NO_KIND, .action = HEADER_HZ},

	{"BUG: soft lockup", .kind = KMSG_SOFT_LOCKUP, .take = take_soft_lockup, .is_unmistakable = true},
	{"Watchdog detected hard LOCKUP", .kind = KMSG_HARD_LOCKUP, .take = take_hard_lockup,
	 .is_unmistakable = true},
	/* The CPU that is stuck and one that has waited for it in vain find the same at the same time. */
	{"INFO: rcu", .kind = KMSG_RCU_STALL, .take = take_rcu_stall, .part_of = KIND_BIT(KMSG_RCU_STALL),
	 .tells_again = true, .is_unmistakable = true},
	{"rcu_", .kind = KMSG_RCU_STALL, .take = take_rcu_starved, .part_of = KIND_BIT(KMSG_RCU_STALL),
	 .is_always_part = true, .is_unmistakable = true},
	{"INFO: task ", .kind = KMSG_HUNG_TASK, .take = take_hung_task, .is_unmistakable = true},
	{"BUG: workqueue lockup", .kind = KMSG_WORKQUEUE_LOCKUP, .take = take_workqueue,
	 .is_unmistakable = true},
	{"BUG: spinlock lockup", .kind = KMSG_SPINLOCK_LOCKUP, .take = take_lock_owner},
	{"BUG: spinlock recursion", .kind = KMSG_SPINLOCK_LOCKUP, .take = take_lock_owner},
	{"BUG: spinlock cpu recursion", .kind = KMSG_SPINLOCK_LOCKUP, .take = take_lock_owner},
	{"BUG: rwlock recursion", .kind = KMSG_SPINLOCK_LOCKUP, .take = take_lock_owner},
	{"BUG: rwlock lockup", .kind = KMSG_SPINLOCK_LOCKUP, .take = take_lock_owner},
	{"BUG: read-lock lockup", .kind = KMSG_SPINLOCK_LOCKUP, .take = take_lock_owner},
	{"BUG: write-lock lockup", .kind = KMSG_SPINLOCK_LOCKUP, .take = take_lock_owner},
	{"BUG: spinlock", .kind = KMSG_OTHER, .take = take_lock_owner},

	{"kernel BUG at ", .kind = KMSG_KERNEL_BUG, .part_of = LIST},
	{"Kernel BUG at ", .kind = KMSG_KERNEL_BUG, .part_of = LIST},
	{"BUG: unable to handle", .kind = KMSG_OOPS},
	{"BUG: Unable to handle", .kind = KMSG_OOPS},
	{"BUG: kernel NULL pointer dereference", .kind = KMSG_OOPS},
	{"BUG: Kernel NULL pointer dereference", .kind = KMSG_OOPS},
	{"BUG: stack guard page was hit", .kind = KMSG_OOPS},
	{"BUG: TASK stack guard page was hit", .kind = KMSG_OOPS},
	{"BUG: IRQ stack guard page was hit", .kind = KMSG_OOPS},
	{"Unable to handle kernel", .kind = KMSG_OOPS},
	{"Unhandled fault", .kind = KMSG_OOPS},
	{"Unhandled prefetch abort", .kind = KMSG_OOPS},
	{"Kernel attempted to ", .kind = KMSG_OOPS},
	{"kernel tried to execute", .kind = KMSG_OOPS},
	{"Insufficient stack space to handle exception", .kind = KMSG_OOPS},
	{"Unexpected kernel BRK exception", .kind = KMSG_OOPS, .part_of = DYING},
	{"Bad mode in ", .kind = KMSG_OOPS},
	{"PANIC: double fault", .kind = KMSG_OOPS},
	{"general protection fault", .kind = KMSG_OOPS, .take = take_colon_or_comma, .part_of = DYING},
	{"divide error: ", .kind = KMSG_OOPS, .part_of = DYING},
	{"stack segment: ", .kind = KMSG_OOPS, .part_of = DYING},
	{"double fault: ", .kind = KMSG_OOPS, .part_of = DYING},
	{"alignment check: ", .kind = KMSG_OOPS, .part_of = DYING},
	{"invalid opcode: ", .kind = KMSG_OOPS, .take = take_bracketed_number, .part_of = DYING},
	{"int3: ", .kind = KMSG_OOPS, .take = take_bracketed_number, .part_of = DYING},
	{"kernel stack overflow", .kind = KMSG_OOPS, .part_of = DYING},
	{"stack guard page: ", .kind = KMSG_OOPS, .part_of = DYING},
	{"illegal operation: ", .kind = KMSG_OOPS, .take = take_bracketed_number, .part_of = DYING},
	{"addressing exception: ", .kind = KMSG_OOPS, .take = take_bracketed_number, .part_of = DYING},
	{"protection exception: ", .kind = KMSG_OOPS, .take = take_bracketed_number, .part_of = DYING},
	{"specification exception: ", .kind = KMSG_OOPS, .take = take_bracketed_number, .part_of = DYING},
	{"Kernel access of bad area", .kind = KMSG_OOPS, .part_of = DYING},
	{"Oops: ", .kind = KMSG_OOPS, .part_of = DYING},
	{"Oops - ", .kind = KMSG_OOPS, .part_of = DYING},
	{"Oops [#", .kind = KMSG_OOPS, .part_of = DYING},
	{"Oops[#", .kind = KMSG_OOPS, .part_of = DYING},
	{"Internal error: ", .kind = KMSG_OOPS, .take = take_bracketed_number, .part_of = DYING},
	{"KASAN: ", .kind = KMSG_OOPS, .part_of = ~0u, .is_always_part = true},

	{"BUG: Bad page state in process ", .kind = KMSG_BAD_PAGE, .take = take_in_process},
	{"BUG: Bad page map in process ", .kind = KMSG_BAD_PAGE, .take = take_in_process},
	{"BUG: Bad page cache in process ", .kind = KMSG_BAD_PAGE, .take = take_in_process},
	{"BUG: Bad page ", .kind = KMSG_BAD_PAGE},
	{"BUG: Bad rss-counter state", .kind = KMSG_BAD_PAGE},
	{"BUG: non-zero pgtables_bytes", .kind = KMSG_BAD_PAGE},
	{"BUG: non-zero nr_", .kind = KMSG_BAD_PAGE},
	{"list_add corruption", .kind = KMSG_LIST_CORRUPTION},
	{"list_del corruption", .kind = KMSG_LIST_CORRUPTION},
	{"list_add double add", .kind = KMSG_LIST_CORRUPTION},
	{"list_add attempted on force-poisoned", .kind = KMSG_LIST_CORRUPTION},
	{"BUG: KASAN: ", .kind = KMSG_KASAN},
	{"BUG: KCSAN: ", .kind = KMSG_KCSAN},
	{"BUG: KMSAN: ", .kind = KMSG_KMSAN},
	{"BUG: KFENCE: ", .kind = KMSG_OTHER},
	{"UBSAN: ", .kind = KMSG_UBSAN},

	{"BUG: sleeping function called from invalid context", .kind = KMSG_ATOMIC_SLEEP},
	{"BUG: scheduling while atomic", .kind = KMSG_ATOMIC_SLEEP, .take = take_atomic},
	{"BUG: atomic scheduling while not atomic", .kind = KMSG_ATOMIC_SLEEP},
	{"BUG: memory leak", .kind = KMSG_MEMORY_LEAK},
	{"kmemleak: ", .kind = KMSG_MEMORY_LEAK, .take = take_leaks},
	{"BUG: ", .kind = KMSG_LOCKDEP, .take = take_lockdep},
	{"INFO: ", .kind = KMSG_LOCKDEP, .take = take_lockdep},
	{"WARNING: ", .kind = KMSG_LOCKDEP, .take = take_lockdep},
	{"WARNING: ", .kind = KMSG_WARNING, .take = take_warning, .part_of = LIST},
	{"BUG: ", .kind = KMSG_OTHER},

	{"Kernel panic - not syncing", .kind = KMSG_PANIC},
	{"Kernel panic: ", .kind = KMSG_PANIC},
	{"Out of memory: ", .kind = KMSG_OOM_KILL, .take = take_oom_kill,
	 .part_of = KIND_BIT(KMSG_OOM_KILL), .is_always_part = true},
	{"Out of memory (oom_kill_allocating_task): ", .kind = KMSG_OOM_KILL, .take = take_oom_kill,
	 .part_of = KIND_BIT(KMSG_OOM_KILL), .is_always_part = true},
	{"Memory cgroup out of memory: ", .kind = KMSG_OOM_KILL, .take = take_oom_cgroup,
	 .part_of = KIND_BIT(KMSG_OOM_KILL), .is_always_part = true},
	{"oom-kill:", .kind = KMSG_OOM_KILL, .take = take_oom_victim, .part_of = KIND_BIT(KMSG_OOM_KILL),
	 .is_always_part = true},

	{"migrating pfn ", .kind = KMSG_MIGRATION_FAILURE, .take = take_migrating},
	{"failed to isolate pfn ", .kind = KMSG_MIGRATION_FAILURE, .take = take_isolate},
	{"soft offline: ", .kind = KMSG_MIGRATION_FAILURE, .take = take_soft_offline},
	{"Memory failure: ", .kind = KMSG_MEMORY_FAILURE, .take = take_memory_failure},
	{"page:", .kind = NO_KIND, .take = take_page, .part_of = DUMPED, .is_always_part = true},
};
_Static_assert(ARRAY_SIZE(headers) < 256, "an index fits in a byte");

/* kernel/watchdog.c, kernel/hung_task.c, kernel/rcu/tree_stall.h, kernel/workqueue.c: panic(). */
static const struct {
	const char *text;
	enum kmsg_kind kind;
} panic_causes[] = {
	{"softlockup: hung tasks", .kind = KMSG_SOFT_LOCKUP},
	{"hung_task: blocked tasks", .kind = KMSG_HUNG_TASK},
	{"RCU Stall", .kind = KMSG_RCU_STALL},
	{"Hard LOCKUP", .kind = KMSG_HARD_LOCKUP},
	{"Watchdog detected hard LOCKUP", .kind = KMSG_HARD_LOCKUP},
	{"workqueue: panic_on_stall", .kind = KMSG_WORKQUEUE_LOCKUP},
};

enum kmsg_kind header_panic_cause(struct kmsg_span text)
{
	(void)span_skip_past(&text, "not syncing: ");
	for (size_t i = 0; i < ARRAY_SIZE(panic_causes); i++)
		if (span_starts(text, panic_causes[i].text))
			return panic_causes[i].kind;
	return NO_KIND;
}

void headers_index(struct header_index *index)
{
	memset(index, 0, sizeof(*index));
	/* From behind, so that each chain goes in the table's order. */
	for (size_t i = ARRAY_SIZE(headers); i-- > 0;) {
		uint32_t word = header_word(headers[i].text);
		uint32_t hash = word * 2654435761u >> 20;

		index->words[i] = word;
		index->lengths[i] = (uint8_t)strlen(headers[i].text);
		index->next[i] = index->first[hash];
		index->first[hash] = (uint8_t)(i + 1);
	}
}

static const struct header *find_at(const struct header_index *index, struct kmsg_span line,
				    struct kmsg_finding *finding, struct kmsg_span *ret_rest)
{
	if (span_length(line) < 4)
		return NULL;
	for (uint8_t i = header_candidate(index, line.at); i; i = index->next[i - 1]) {
		const struct header *h = &headers[i - 1];
		size_t length = index->lengths[i - 1];
		struct kmsg_span rest = {line.at + length, line.end};

		if (span_length(line) < length || memcmp(line.at, h->text, length) != 0)
			continue;
		*ret_rest = rest;
		if (!h->take || h->take(rest, finding))
			return h;
		finding_clear(finding); /* of what it may have begun to tell */
	}
	return NULL;
}

const struct header *headers_find(const struct header_index *index, struct kmsg_span line,
				  struct kmsg_span *title, struct kmsg_finding *finding)
{
	struct kmsg_span rest;
	const struct header *h = find_at(index, line, finding, &rest);

	*title = line;
	if (h && h->action == HEADER_PREFIX) {
		*title = rest;
		h = find_at(index, rest, finding, &rest);
	}
	return h && h->action != HEADER_PREFIX ? h : NULL;
}
