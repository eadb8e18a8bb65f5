// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/test_bpf_machine.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "observe/bpf_text.h"
#include "observe/test_observe.h"

#define STEPS_MAX 2000

void *machine_entry(struct machine *m, int map, const void *key)
{
	struct machine_map *t = &m->maps[map];

	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->keys[i], key, t->key_bytes) == 0)
			return t->values[i];
	if (!t->is_array || t->n == MACHINE_ENTRIES)
		return NULL;
	memcpy(t->keys[t->n], key, t->key_bytes);
	memset(t->values[t->n], 0, sizeof(t->values[0]));
	return t->values[t->n++];
}

static uint64_t update(struct machine *m, int map, const void *key, const void *value, uint64_t how)
{
	struct machine_map *t = &m->maps[map];
	void *entry = machine_entry(m, map, key);

	if (entry && how == BPF_NOEXIST)
		return (uint64_t)-EEXIST;
	if (!entry) {
		if (t->n == t->n_max)
			return (uint64_t)-E2BIG;
		memcpy(t->keys[t->n], key, t->key_bytes);
		entry = t->values[t->n++];
	}
	memcpy(entry, value, t->value_bytes);
	return 0;
}

static uint64_t delete (struct machine *m, int map, const void *key)
{
	struct machine_map *t = &m->maps[map];

	for (size_t i = 0; i < t->n; i++) {
		if (memcmp(t->keys[i], key, t->key_bytes) != 0)
			continue;
		t->n--;
		memcpy(t->keys[i], t->keys[t->n], sizeof(t->keys[0]));
		memcpy(t->values[i], t->values[t->n], sizeof(t->values[0]));
		return 0;
	}
	return (uint64_t)-ENOENT;
}

static void *pointer(uint64_t address)
{
	return (void *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

static uint64_t call(struct machine *m, int32_t helper, const uint64_t r[])
{
	switch (helper) {
	case BPF_FUNC_map_lookup_elem:
		return (uint64_t)(uintptr_t)machine_entry(m, (int)r[1], pointer(r[2]));
	case BPF_FUNC_map_update_elem:
		return update(m, (int)r[1], pointer(r[2]), pointer(r[3]), r[4]);
	case BPF_FUNC_map_delete_elem:
		return delete (m, (int)r[1], pointer(r[2]));
	case BPF_FUNC_get_current_pid_tgid:
		return m->thread;
	case BPF_FUNC_ktime_get_ns:
		return m->now_ns;
	case BPF_FUNC_get_smp_processor_id:
		return m->cpu;
	case BPF_FUNC_probe_read:
		if (r[3] < 4096)
			return (uint64_t)-EFAULT;
		memcpy(pointer(r[1]), pointer(r[3]), r[2]);
		return 0;
	default:
		fail_msg("helper %d", helper);
		return 0;
	}
}

static size_t bytes_of(int size)
{
	return size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4 : 8;
}

static uint64_t calculate(int operation, uint64_t a, uint64_t b)
{
	switch (operation) {
	case BPF_MOV:
		return b;
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_LSH:
		return a << b;
	case BPF_RSH:
		return a >> b;
	case BPF_ARSH:
		return (uint64_t)((int64_t)a >> b);
	default:
		fail_msg("operation %#x", (unsigned int)operation);
		return 0;
	}
}

static bool is_true(int condition, uint64_t a, uint64_t b)
{
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (condition) {
	case BPF_JA:
		return true;
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JSET:
		return (a & b) != 0;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JGE:
		return a >= b;
	case BPF_JSLT:
		return sa < sb;
	case BPF_JSLE:
		return sa <= sb;
	case BPF_JSGE:
		return sa >= sb;
	default:
		fail_msg("condition %#x", (unsigned int)condition);
		return false;
	}
}

static void access_memory(const struct bpf_insn *i, uint64_t r[])
{
	size_t bytes = bytes_of(BPF_SIZE(i->code));
	int64_t number = i->imm, sum = 0;

	if (BPF_CLASS(i->code) == BPF_LDX) {
		uint64_t value = 0;

		memcpy(&value, pointer(r[i->src_reg] + (uint64_t)i->off), bytes);
		r[i->dst_reg] = value;
	} else if (BPF_CLASS(i->code) == BPF_ST) {
		memcpy(pointer(r[i->dst_reg] + (uint64_t)i->off), &number, bytes);
	} else if (BPF_MODE(i->code) == BPF_XADD) {
		memcpy(&sum, pointer(r[i->dst_reg] + (uint64_t)i->off), bytes);
		sum += (int64_t)r[i->src_reg];
		memcpy(pointer(r[i->dst_reg] + (uint64_t)i->off), &sum, bytes);
	} else {
		memcpy(pointer(r[i->dst_reg] + (uint64_t)i->off), &r[i->src_reg], bytes);
	}
}

/* What the verifier would not have: registers that a call has spoilt. */
static void spoil(uint64_t r[])
{
	for (int i = 1; i <= 5; i++)
		r[i] = 0xdeadbeefULL << i;
}

uint64_t machine_run(struct machine *m, const struct bpf_text *text, const void *context)
{
	uint64_t frame[64], r[11] = {[1] = (uint64_t)(uintptr_t)context};
	size_t at = 0;

	memset(frame, 0xa5, sizeof(frame));
	r[10] = (uint64_t)(uintptr_t)(frame + ARRAY_SIZE(frame));
	for (int step = 0; step < STEPS_MAX; step++) {
		const struct bpf_insn *i = &text->insns[at++];
		uint64_t other =
			BPF_SRC(i->code) == BPF_X ? r[i->src_reg] : (uint64_t)(int64_t)i->imm;

		assert_true(at <= text->n);
		switch (BPF_CLASS(i->code)) {
		case BPF_ALU64:
			r[i->dst_reg] = calculate(BPF_OP(i->code), r[i->dst_reg], other);
			break;
		case BPF_LD: /* a map */
			r[i->dst_reg] = (uint64_t)i->imm;
			at++;
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_EXIT)
				return r[0];
			if (BPF_OP(i->code) == BPF_CALL) {
				r[0] = call(m, i->imm, r);
				spoil(r);
			} else if (is_true(BPF_OP(i->code), r[i->dst_reg], other)) {
				at += (size_t)(int64_t)i->off;
			}
			break;
		default:
			access_memory(i, r);
		}
	}
	fail_msg("it does not end");
	return 0;
}
