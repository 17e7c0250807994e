"""The people of the demo: made up, alike in every run."""

from dataclasses import dataclass
from itertools import product
from random import Random

FIRST_NAMES = """
Aaliyah Adam Aiko Amina Anders Anita Arjun Astrid Ayesha Beatriz Bilal Björn Camila Carlos Chiara Chidi Clara
Daan Daniela David Dilara Elena Elif Emeka Emma Erik Farah Fatima Felix Freya Gabriel Giulia Grace Hannah
Hassan Helena Hiro Ingrid Irina Isaac Ivan Jamal Jana Javier Jin Joana Julia Kai Kamala Karim Kenji Klara Kofi
Lars Layla Leo Lina Linh Lucas Lucía Magnus Malik Maria Marta Mateo Maya Mei Mila Mina Miriam Nadia Naomi
Niklas Nina Noah Nora Olga Omar Oskar Paula Pavel Petra Rafael Rania Ravi Rosa Ruth Sami Sara Selma Simon Sven
Tariq Tessa Theo Tomás Uma Vera Viktor Wanjiru Yara Yusuf Zainab Zoe
"""
LAST_NAMES = """
Abara Achterberg Almeida Andersson Bakker Banerjee Baptista Becker Bergström Bianchi Castillo Chaudhry Chen
Costa Dalgaard Demir Diallo Duarte Eriksen Fernández Fischer Fontaine Fujita Gallo García Greco Haddad Hansen
Hernández Hoang Horvat Ibrahim Ivanova Jansen Jensen Kamau Kapoor Kaya Keller Kimura Kovač Kowalska Krüger
Larsen Laurent Lehmann Lindgren Lopes Lund Marino Mbeki Mensah Meyer Moreau Mwangi Nakamura Nguyen Nielsen
Novák Nowak Okoye Oliveira Osei Patel Pereira Petrov Popescu Ramos Rossi Roux Sánchez Santos Sato Schmitt
Schneider Shah Silva Singh Sørensen Suzuki Tanaka Torres Vargas Virtanen Vogel Weber Yamada Yilmaz Zhang
"""
PLAIN = str.maketrans("áãäåçéíñóöøüčß", "aaaaceinoooucs")


@dataclass(frozen=True)
class Cast:
    """One made-up person."""

    name: str
    email: str


def learners(random: Random, count: int, domain: str = "example.org") -> list[Cast]:
    """So many different people, in an order that tells nothing."""
    names = random.sample(
        [f"{first} {last}" for first, last in product(FIRST_NAMES.split(), LAST_NAMES.split())], count
    )
    return [Cast(name, f"{name.lower().translate(PLAIN).replace(' ', '.')}@{domain}") for name in names]


SUPER_ADMIN = Cast("Sofia Lindqvist", "sofia.lindqvist@example.org")
ADMINISTRATOR = Cast("Marek Dvořák", "marek.dvorak@example.org")
MANAGER = Cast("Priya Raman", "priya.raman@example.org")
ANALYST = Cast("Jonas Brandt", "jonas.brandt@example.org")
CONTRACT_ADMINS = (
    Cast("Amara Okafor", "amara.okafor@example.org"),
    Cast("Luca Ferretti", "luca.ferretti@example.org"),
    Cast("Hana Kimura", "hana.kimura@example.org"),
    Cast("Tomas Sandoval", "tomas.sandoval@example.org"),
)
BUYERS = (
    Cast("Ines Marchetti", "ines.marchetti@example.org"),
    Cast("Noor Rahimi", "noor.rahimi@example.org"),
    Cast("Desmond Clarke", "desmond.clarke@example.org"),
)
"""Who bought in the shop; nobody names them: their orders make them contract admins."""
STAFF = (SUPER_ADMIN, ADMINISTRATOR, MANAGER, ANALYST, *CONTRACT_ADMINS)
