from hypothesis import given, strategies as st
from kernel_forms.blocks import BLOCK, Blocks


def cut(chunks: list[bytes]) -> list[bytes]:
    blocks = Blocks()
    return [block for chunk in chunks for block in blocks.cut(chunk)] + list(blocks.rest())


@given(st.lists(st.integers(0, 3 * BLOCK), max_size=8))
def test_blocks_do_not_depend_on_the_chunks(sizes: list[int]):
    whole = bytes(sum(sizes))
    chunks = [bytes(size) for size in sizes]
    assert cut(chunks) == [whole[start : start + BLOCK] for start in range(0, len(whole), BLOCK)]


def test_a_chunk_that_is_a_block_is_not_copied():
    block = bytes(BLOCK)
    assert all(one is block for one in cut([block, block]))


def test_nothing_is_no_block():
    assert cut([]) == cut([b"", b""]) == []


def test_many_small_chunks_take_linear_time(grows_linearly):
    grows_linearly(cut, lambda n: [b"x"] * n, 1000)
