from streamlit.testing.v1 import AppTest


def script():
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from pages.app.uploads import taken_in

    def take():
        upload = taken_in("file")
        if upload is not None:
            st.session_state["uploads"] = [*st.session_state.get("uploads", ()), upload]

    file = st.file_uploader("A file", key="file", on_change=take)
    context = get_script_run_ctx()
    kept = [] if file is None else context.uploaded_file_mgr.get_files(context.session_id, [file.file_id])
    st.session_state["kept"] = [len(each.data) for each in kept] + ([] if file is None else [len(file.getvalue())])


def test_no_second_copy_of_an_upload_is_kept_once_it_is_on_disk():
    app = AppTest.from_function(script, default_timeout=120).run()
    app.file_uploader(key="file").upload("table.csv", b"a,b\n1,2\n" * 1_000, "text/csv").run()
    assert not app.exception
    [upload] = app.session_state["uploads"]
    assert upload.content() == b"a,b\n1,2\n" * 1_000
    assert sum(app.session_state["kept"]) == 0
    app.run()
    assert not app.exception
    assert app.session_state["uploads"][0] is upload
