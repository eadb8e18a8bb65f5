// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kmsg_trace.h"

#include "base/cleanup.h"

/* The first four bytes of lines that stand in reports; most lines of traces begin with a blank. */
static const char words[][5] = {
	/* registers and machine */
	"CPU:", "Hard", "RIP:", "RIP ", "EIP:", "RSP:", "RAX:", "RDX:", "RBP:", "R10:", "R13:", "EAX:",
	"ESI:", "DS: ", "CS: ", "FS: ", "FS:0", "CR0:", "CR2:", "DR0:", "DR3:", "DR6:", "PKRU", "Code",
	"Call", "Modu", "Last", "Work", "Stac", "Stop", "Proc", "Thre", "PC i", "LR i", "pc :", "lr :",
	"sp :", "x29:", "x27:", "x26:", "x24:", "x23:", "x21:", "x20:", "x18:", "x17:", "x15:", "x14:",
	"x12:", "x11:", "x9 :", "x8 :", "x6 :", "x5 :", "x3 :", "x2 :", "x0 :", "psta", "pmr_", "psr:",
	"sp: ", "r10:", "r7 :", "r3 :", "Flag", "Cont", "Regi", "Exce", "Back", "NIP:", "NIP ", "LR [",
	"MSR:", "REGS", "GPR0", "GPR1", "GPR2", "CFAR", "Inst", "epc ", "epc:", "ra :", "gp :", "t0 :",
	"t1 :", "t2 :", "t3 :", "t5 :", "s0 :", "s1 :", "s2 :", "s3 :", "s5 :", "s8 :", "s9 :", "s11:",
	"a0 :", "a1 :", "a2 :", "a3 :", "a5 :", "stat", "User", "Krnl", "PSW ", "Trac", "Tain", "Comm",
	/* oopses */
	"PGD ", "PUD ", "P4D ", "*pgd", "*pde", "*pte", "IP: ", "Oops", "Mem ", "Data", "user", "swap",
	"#PF:", "note", "inva", "KASA", "kasa", "Faul", "LE P", "BE P", "Dump", "Kern", "Rebo",
	"kern", "Supe", "addr", "fram",
	/* lockups and stalls */
	"NMI ", "Send", "rcu:", "(det", "(t=1", "INFO", "task", "Task", "Tabl", "blkd", "\"ech", "Util",
 "CPU#", "Dete", "All ", "rcu_", "pool", "work", "Show", "in-f", "pend", "inac", "dela",
	/* memory and locks */
	"page", "flag", "raw:", "head", "raw ", "anon", "ksm ", "aops", "memc", "pfn:", "migr", "Read",
	"Writ", "The ", "Allo", "Free", "Memo", ">fff", "buff", "whic", "wher", "Obje", "Addr", "irq ",
	"soft", "hard", "1 lo", "2 lo", "3 lo", "4 lo", "5 lo", "no l", "othe", "Chai", "but ", "may ",
	"stac", "the ", "and ", "and/", "also", "to a", "full", "lock", "Poss", "in_a", "pree", "Pree",
	"====", "----", "---[", "**DE", "*** ", "Unin", "Loca", "Byte", "Repo", "valu", "read", "writ", "race",
	"unre", "comm", "hex ", "back", "obje", "file", "mm:f", "vma ", "pgd:", "inde", "Node", "Mem-",
	"acti", "Tota", "oom-", "Out ", "cpus", "nodi", "memo", "[ pi", "[  p", "Swap",
};

/*
 * Migration, offlining, soft-offline, compaction's and CMA's use of them, and who waits for them:
 * mm/{migrate,memory_hotplug,page_isolation,memory-failure,compaction,rmap,filemap}.c and
 * drivers/base/memory.c, names of 4.18 to 7.x. What the scheduler calls migration is not meant.
 */
struct function_name {
	const char *text;
	size_t length;
};
#define FUNCTION(text) {text, sizeof(text) - 1}

/* Names, and beginnings of names. */
static const struct function_name whole_names[] = {
	FUNCTION("pmd_migration_entry_wait"), FUNCTION("softleaf_entry_wait_on_locked"),
	FUNCTION("migrate_to_node"), FUNCTION("migrate_hugetlbs"), FUNCTION("move_to_new_folio"),
	FUNCTION("move_to_new_page"), FUNCTION("filemap_migrate_folio"),
	FUNCTION("remove_migration_ptes"), FUNCTION("set_pmd_migration_entry"),
	FUNCTION("do_pages_move"), FUNCTION("do_move_pages_to_node"),
	FUNCTION("kernel_move_pages"), FUNCTION("__x64_sys_move_pages"),
	FUNCTION("__do_sys_move_pages"), FUNCTION("__arm64_sys_move_pages"),
	FUNCTION("__se_sys_move_pages"), FUNCTION("add_page_for_migration"),
	FUNCTION("add_folio_for_migration"), FUNCTION("do_migrate_pages"),
	FUNCTION("kernel_migrate_pages"), FUNCTION("offline_pages"),
	FUNCTION("do_migrate_range"), FUNCTION("scan_movable_pages"),
	FUNCTION("memory_subsys_offline"), FUNCTION("memory_block_offline"),
	FUNCTION("memory_block_action"), FUNCTION("memory_block_change_state"),
	FUNCTION("start_isolate_page_range"), FUNCTION("undo_isolate_page_range"),
	FUNCTION("test_pages_isolated"), FUNCTION("isolate_single_pageblock"),
	FUNCTION("has_unmovable_pages"), FUNCTION("set_migratetype_isolate"),
	FUNCTION("try_remove_memory"), FUNCTION("__remove_memory"), FUNCTION("remove_memory"),
	FUNCTION("soft_offline_page"), FUNCTION("__soft_offline_page"),
	FUNCTION("soft_offline_in_use_page"), FUNCTION("soft_offline_huge_page"),
	FUNCTION("__alloc_contig_migrate_range"), FUNCTION("putback_movable_pages"),
	FUNCTION("compaction_alloc"), FUNCTION("kcompactd_do_work"),
};
static const struct function_name beginnings[] = {
	FUNCTION("migration_entry_wait"), FUNCTION("__migration_entry_wait"),
	FUNCTION("migrate_pages"), FUNCTION("migrate_page"), FUNCTION("migrate_folio"),
	FUNCTION("__migrate_folio"), FUNCTION("migrate_huge_page"),
	FUNCTION("migrate_misplaced"), FUNCTION("migrate_vma"), FUNCTION("migrate_device"),
	FUNCTION("unmap_and_move"), FUNCTION("buffer_migrate"), FUNCTION("fallback_migrate"),
	FUNCTION("try_to_migrate"), FUNCTION("remove_migration_pte"),
	FUNCTION("__offline_pages"), FUNCTION("isolate_movable_page"),
	FUNCTION("dissolve_free_huge"), FUNCTION("dissolve_free_hugetlb"),
	FUNCTION("alloc_contig_range"), FUNCTION("alloc_contig_pages"), FUNCTION("compact_zone"),
	FUNCTION("isolate_migratepages"),
};

static size_t slot_of(uint64_t word, size_t n_slots)
{
	return (size_t)(word * 0x9e3779b97f4a7c15u >> 40) & (n_slots - 1);
}

static void add_word(struct trace_index *index, const char *text)
{
	uint32_t word;
	size_t i;

	memcpy(&word, text, sizeof(word));
	for (i = slot_of(word, ARRAY_SIZE(index->words)); index->words[i];)
		i = (i + 1) & (ARRAY_SIZE(index->words) - 1);
	index->words[i] = word;
}

bool trace_has_word(const struct trace_index *index, const char *text)
{
	uint32_t word;
	size_t i;

	memcpy(&word, text, sizeof(word));
	for (i = slot_of(word, ARRAY_SIZE(index->words)); index->words[i];) {
		if (index->words[i] == word)
			return true;
		i = (i + 1) & (ARRAY_SIZE(index->words) - 1);
	}
	return false;
}

/* Of a name that only begins so the first 8 bytes, of a whole one the last 8 and its length. */
static uint64_t first_bytes(const char *name)
{
	uint64_t word;

	memcpy(&word, name, sizeof(word));
	return word;
}

static uint64_t last_bytes(const char *name, size_t length)
{
	return first_bytes(name + length - sizeof(uint64_t)) ^ (uint64_t)length << 56;
}

static void add_function(struct trace_index *index, uint64_t word)
{
	size_t i;

	for (i = slot_of(word, ARRAY_SIZE(index->functions)); index->functions[i];)
		i = (i + 1) & (ARRAY_SIZE(index->functions) - 1);
	index->functions[i] = word;
}

static bool has_function(const struct trace_index *index, uint64_t word)
{
	size_t i;

	for (i = slot_of(word, ARRAY_SIZE(index->functions)); index->functions[i];) {
		if (index->functions[i] == word)
			return true;
		i = (i + 1) & (ARRAY_SIZE(index->functions) - 1);
	}
	return false;
}

void trace_index(struct trace_index *index)
{
	memset(index, 0, sizeof(*index));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		add_word(index, words[i]);
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		add_function(index, first_bytes(beginnings[i].text));
	for (size_t i = 0; i < ARRAY_SIZE(whole_names); i++)
		add_function(index, last_bytes(whole_names[i].text, whole_names[i].length));
}

bool trace_is_migration(const struct trace_index *index, const char *name, size_t length)
{
	if (length < sizeof(index->functions[0]))
		return false;
	if (has_function(index, first_bytes(name)))
		for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
			if (length >= beginnings[i].length &&
			    memcmp(name, beginnings[i].text, beginnings[i].length) == 0)
				return true;
	if (has_function(index, last_bytes(name, length)))
		for (size_t i = 0; i < ARRAY_SIZE(whole_names); i++)
			if (length == whole_names[i].length &&
			    memcmp(name, whole_names[i].text, length) == 0)
				return true;
	return false;
}
