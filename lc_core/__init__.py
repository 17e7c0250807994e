"""The trade of learning contracts: rules, records and verbs. It imports no Streamlit."""
