// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/bpf_text.h"

#include <errno.h>
#include <string.h>

void bpf_text_begin(struct bpf_text *t)
{
	t->n = t->n_labels = 0;
	t->is_full = false;
	memset(t->jumps_to, 0, sizeof(t->jumps_to));
}

static struct bpf_insn *put(struct bpf_text *t, int code, int to, int from, int offset,
			    int32_t number)
{
	struct bpf_insn *insn = &t->insns[t->n];

	if (t->n == BPF_TEXT_MAX) {
		t->is_full = true;
		insn--;
	} else {
		t->n++;
	}
	*insn = (struct bpf_insn){
		.code = (uint8_t)code,
		.dst_reg = (uint8_t)(to & 0xf),
		.src_reg = (uint8_t)(from & 0xf),
		.off = (int16_t)offset,
		.imm = number,
	};
	return insn;
}

void bpf_load(struct bpf_text *t, int size, int to, int from, int offset)
{
	(void)put(t, BPF_LDX | BPF_MEM | size, to, from, offset, 0);
}

void bpf_store(struct bpf_text *t, int size, int to, int offset, int from)
{
	(void)put(t, BPF_STX | BPF_MEM | size, to, from, offset, 0);
}

void bpf_store_number(struct bpf_text *t, int size, int to, int offset, int32_t number)
{
	(void)put(t, BPF_ST | BPF_MEM | size, to, 0, offset, number);
}

/* BPF_XADD is what BPF_ATOMIC with BPF_ADD was called before 5.12: the same instruction. */
void bpf_add_atomic(struct bpf_text *t, int size, int to, int offset, int from)
{
	(void)put(t, BPF_STX | BPF_XADD | size, to, from, offset, 0);
}

void bpf_number(struct bpf_text *t, int operation, int to, int32_t number)
{
	(void)put(t, BPF_ALU64 | BPF_K | operation, to, 0, 0, number);
}

void bpf_register(struct bpf_text *t, int operation, int to, int from)
{
	(void)put(t, BPF_ALU64 | BPF_X | operation, to, from, 0, 0);
}

/* The one instruction that takes two places. */
void bpf_load_map(struct bpf_text *t, int to, int map_fd)
{
	(void)put(t, BPF_LD | BPF_IMM | BPF_DW, to, BPF_PSEUDO_MAP_FD, 0, map_fd);
	(void)put(t, 0, 0, 0, 0, 0);
}

void bpf_call_helper(struct bpf_text *t, int32_t helper)
{
	(void)put(t, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

void bpf_return(struct bpf_text *t)
{
	bpf_number(t, BPF_MOV, BPF_REG_0, 0);
	(void)put(t, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

int bpf_label(struct bpf_text *t)
{
	if (t->n_labels == BPF_TEXT_LABELS) {
		t->is_full = true;
		return 0;
	}
	t->labels[t->n_labels] = -1;
	return (int)t->n_labels++;
}

void bpf_set_label(struct bpf_text *t, int label)
{
	t->labels[label] = (int16_t)t->n;
}

static void note_jump(struct bpf_text *t, const struct bpf_insn *insn, int label)
{
	t->jumps_to[insn - t->insns] = (int16_t)(label + 1);
}

void bpf_jump(struct bpf_text *t, int label)
{
	note_jump(t, put(t, BPF_JMP | BPF_JA, 0, 0, 0, 0), label);
}

void bpf_jump_number(struct bpf_text *t, int condition, int a, int32_t number, int label)
{
	note_jump(t, put(t, BPF_JMP | BPF_K | condition, a, 0, 0, number), label);
}

void bpf_jump_register(struct bpf_text *t, int condition, int a, int b, int label)
{
	note_jump(t, put(t, BPF_JMP | BPF_X | condition, a, b, 0, 0), label);
}

int bpf_text_end(struct bpf_text *t)
{
	if (t->is_full)
		return -E2BIG;
	for (size_t i = 0; i < t->n; i++) {
		int label = t->jumps_to[i] - 1;

		if (label < 0)
			continue;
		if (t->labels[label] < 0)
			return -EINVAL;
		/* Counted from the instruction behind the jump. */
		t->insns[i].off = (int16_t)(t->labels[label] - (int)i - 1);
	}
	return 0;
}
